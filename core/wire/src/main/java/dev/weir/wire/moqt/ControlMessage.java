// SPDX-License-Identifier: Apache-2.0
package dev.weir.wire.moqt;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Messages on control and request streams (draft-18 section 9).
public sealed interface ControlMessage {
    /// SETUP, first on each control stream.
    record Setup(List<SetupOption> options) implements ControlMessage {}

    /// GOAWAY.
    ///
    /// @param newUri where to go instead, may be empty
    /// @param timeoutMillis how long the session stays, 0: not said
    /// @param requestId on the control stream of draft-18 only; null where it is left out
    record Goaway(String newUri, long timeoutMillis, @Nullable Long requestId) implements ControlMessage {}

    /// SUBSCRIBE.
    record Subscribe(long requestId, FullTrackName track, Parameters parameters) implements ControlMessage {}

    /// SUBSCRIBE_OK.
    record SubscribeOk(long trackAlias, Parameters parameters, TrackProperties properties) implements ControlMessage {}

    /// REQUEST_ERROR.
    ///
    /// @param code see [RequestErrorCode]
    /// @param retryInterval milliseconds + 1 after which to try again, 0: never
    /// @param redirect where to ask instead; null unless the code is REDIRECT
    record RequestError(long code, long retryInterval, String reason, @Nullable Redirect redirect)
            implements ControlMessage {
        /// @throws IllegalArgumentException if there is a redirect without its code, or the reverse
        public RequestError {
            if ((code == RequestErrorCode.REDIRECT.code()) != (redirect != null)) {
                throw new IllegalArgumentException("a redirect goes with the code REDIRECT and with no other");
            }
        }

        /// With any code but REDIRECT.
        public RequestError(long code, long retryInterval, String reason) {
            this(code, retryInterval, reason, null);
        }
    }

    /// Where a request is to go instead (draft-18 section 9.5).
    ///
    /// @param uri another session, may be empty
    /// @param track another name, may be empty
    record Redirect(String uri, FullTrackName track) {}

    /// REQUEST_OK.
    record RequestOk(Parameters parameters, TrackProperties properties) implements ControlMessage {}

    /// REQUEST_UPDATE, on the stream of the request it changes.
    record RequestUpdate(long requestId, Parameters parameters) implements ControlMessage {}

    /// PUBLISH.
    record Publish(
            long requestId, FullTrackName track, long trackAlias, Parameters parameters, TrackProperties properties)
            implements ControlMessage {}

    /// PUBLISH_DONE.
    ///
    /// @param status see [PublishDoneStatus]
    /// @param streamCount data streams opened for the subscription; [#UNKNOWN_STREAM_COUNT] if not known
    record PublishDone(long status, long streamCount, String reason) implements ControlMessage {}

    /// PUBLISH_NAMESPACE.
    record PublishNamespace(long requestId, TrackNamespace namespace, Parameters parameters) implements ControlMessage {}

    /// A legal request that this codec does not take apart (FETCH, TRACK_STATUS, SUBSCRIBE_NAMESPACE, SUBSCRIBE_TRACKS), so
    /// that it can be answered with NOT_SUPPORTED.
    record UnsupportedRequest(long type, long requestId) implements ControlMessage {}

    /// Stream count of PUBLISH_DONE that says "unknown".
    long UNKNOWN_STREAM_COUNT = (1L << 62) - 1;
}
