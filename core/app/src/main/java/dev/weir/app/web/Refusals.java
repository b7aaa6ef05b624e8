// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.web;

import dev.weir.engine.policy.PolicyException;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.web.ErrorResponse;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.async.AsyncRequestNotUsableException;
import org.springframework.web.context.request.async.AsyncRequestTimeoutException;

/// Says in a sentence why a request was refused, `{"error": "…"}`, and nothing else about the program.
@RestControllerAdvice
class Refusals {
    private static final Logger LOG = LoggerFactory.getLogger(Refusals.class);

    @ExceptionHandler
    ResponseEntity<Map<String, String>> tokenMissing(TokenMissingException e) {
        return answer(HttpStatus.UNAUTHORIZED, String.valueOf(e.getMessage()));
    }

    @ExceptionHandler({PolicyException.class, IllegalArgumentException.class})
    ResponseEntity<Map<String, String>> impossible(RuntimeException e) {
        return answer(HttpStatus.UNPROCESSABLE_CONTENT, String.valueOf(e.getMessage()));
    }

    @ExceptionHandler
    ResponseEntity<Map<String, String>> unreadable(HttpMessageNotReadableException e) {
        return answer(HttpStatus.BAD_REQUEST, "The request is not the JSON that is expected here; see docs/guides/monitoring.md.");
    }

    /// The page was closed: there is nobody to answer.
    @ExceptionHandler({AsyncRequestNotUsableException.class, AsyncRequestTimeoutException.class})
    void gone(Exception e) {
        LOG.atTrace().setCause(e).log("nobody is there any more");
    }

    @ExceptionHandler
    ResponseEntity<Map<String, String>> other(Exception e, HttpServletRequest request) {
        if (e instanceof ErrorResponse known) {
            return answer(HttpStatus.valueOf(known.getStatusCode().value()),
                    request.getMethod() + " " + request.getRequestURI() + " is not served here; the page is at /, the metrics are at /actuator/prometheus.");
        }
        LOG.atError().setCause(e).log("This is a defect of Weir; please report it");
        return answer(HttpStatus.INTERNAL_SERVER_ERROR, "The relay could not answer, which is a defect; its log says more.");
    }

    private static ResponseEntity<Map<String, String>> answer(HttpStatus status, String sentence) {
        return ResponseEntity.status(status).contentType(MediaType.APPLICATION_JSON).body(Map.of("error", sentence));
    }
}
