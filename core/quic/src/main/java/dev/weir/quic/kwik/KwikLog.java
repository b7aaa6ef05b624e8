// SPDX-License-Identifier: Apache-2.0
package dev.weir.quic.kwik;

import java.nio.ByteBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tech.kwik.core.log.BaseLogger;

/// Kwik's log lines, at DEBUG: its errors are a connection's, not the operator's.
class KwikLog extends BaseLogger {
    private static final Logger LOG = LoggerFactory.getLogger("tech.kwik");

    @Override
    protected void log(String message) {
        LOG.debug(message);
    }

    @Override
    protected void log(String message, Throwable error) {
        LOG.debug(message, error);
    }

    /// Kwik ends the process after this one; nobody would know why.
    @Override
    public void error(String message, Throwable error) {
        if (message.startsWith("IOException while receiving")) {
            LOG.atError().setCause(error).log("The relay's UDP socket cannot be read any more; the relay ends");
        } else {
            super.error(message, error);
        }
    }

    @Override
    protected void logWithHexDump(String message, byte[] data, int length) {
        LOG.trace(message);
    }

    @Override
    protected void logWithHexDump(String message, ByteBuffer data, int offset, int length) {
        LOG.trace(message);
    }
}
