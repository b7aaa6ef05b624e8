// SPDX-License-Identifier: Apache-2.0
package dev.weir.quic.kwik;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What is to be written to one stream. Kwik's streams make a writer wait when the peer gives no credit; whoever sends here never
/// waits, for it may hold the engine's lock. Bounded: a peer that asks and asks and reads no answer is no peer.
///
/// Thread-safe. Writes in the order of the calls, on a virtual thread that exists while there is something to write.
final class Outbox {
    /// Bytes that may wait, beside those in Kwik's own buffer.
    static final int LIMIT = 64 << 10;

    private static final Logger LOG = LoggerFactory.getLogger(Outbox.class);

    private final OutputStream out;
    private final Runnable overflow;
    private final Deque<byte[]> waiting = new ArrayDeque<>();
    private int bytes;
    private boolean isWriting;
    private boolean isFinished;
    private boolean isBroken;

    /// @param out may make its writer wait
    /// @param overflow runs, once, when more is to be written than may wait
    Outbox(OutputStream out, Runnable overflow) {
        this.out = out;
        this.overflow = overflow;
    }

    /// Writes a message later. After [#finish] nothing is.
    void send(byte[] message) {
        boolean full;
        synchronized (this) {
            if (isFinished || isBroken) {
                LOG.atDebug().addKeyValue("bytes", message.length).log("message not sent, its stream is closed");
                return;
            }
            full = bytes + message.length > LIMIT;
            if (full) {
                giveUp();
            } else {
                waiting.add(message);
                bytes += message.length;
                begin();
            }
        }
        if (full) {
            overflow.run();
        }
    }

    /// Ends the stream behind what was sent.
    synchronized void finish() {
        if (!isFinished) {
            isFinished = true;
            begin();
        }
    }

    private void begin() {
        if (!isWriting) {
            isWriting = true;
            Thread.ofVirtual().name("moqt-writer").start(this::write);
        }
    }

    private void giveUp() {
        isBroken = true;
        waiting.clear();
        bytes = 0;
    }

    private void write() {
        try {
            byte[] message;
            while ((message = next()) != null) {
                out.write(message);
            }
        } catch (IOException e) {
            LOG.atDebug().addKeyValue("reason", e.getMessage()).log("messages not sent, their stream is closed");
            synchronized (this) {
                giveUp();
            }
        }
    }

    /// The next message; null, and the stream's end if it is due, when there is none.
    private byte @Nullable [] next() throws IOException {
        synchronized (this) {
            byte[] message = waiting.poll();
            if (message != null) {
                bytes -= message.length;
                return message;
            }
            isWriting = false;
            if (!isFinished || isBroken) {
                return null;
            }
        }
        out.close();
        return null;
    }
}
