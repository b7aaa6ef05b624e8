// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.web;

/// Somebody wants to change something and does not show the token.
final class TokenMissingException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /// @param file where the token is; `none` if there is no file
    TokenMissingException(String file) {
        super(file.equals("none")
                ? "Nothing can be changed here, because this relay has no token; set weir.management.token-file and start it anew."
                : "This needs the relay's token in the header " + SteeringController.HEADER + "; it is in " + file + " on the relay's machine.");
    }
}
