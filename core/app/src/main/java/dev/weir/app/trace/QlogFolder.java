// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.trace;

import dev.weir.engine.trace.ConnectionTrace;
import dev.weir.engine.trace.TraceFrame;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A folder with a qlog file for each connection. Events wait in a bounded queue for the one thread that writes them: whoever
/// reports a packet never waits, and what finds the queue or the folder full is counted instead.
///
/// Files are in the order of time, which qvis asks for: user space hears of the kernel's packets later than of its own, so every
/// event is held for a second.
public final class QlogFolder implements ConnectionTrace.Opener, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(QlogFolder.class);
    private static final char RECORD_SEPARATOR = '\u001e'; // RFC 7464
    private static final int WAITING = 1 << 16;
    private static final int MOST_FILES = 1024;
    private static final long HOLD_NANOS = TimeUnit.SECONDS.toNanos(1);

    /// A connection's file. It begins with the first of its events that gets through the queue.
    private record File(int number, String name, String title) {}

    /// An event of a file at a time, written out by the writing thread.
    private record Event(File file, long nanos, long order, Supplier<String> text) {}

    private final Path folder;
    private final long mostBytes;
    private final long beginNanos = System.nanoTime();
    private final long beginMillis = System.currentTimeMillis();
    private final BlockingQueue<Event> queue = new ArrayBlockingQueue<>(WAITING);
    /// Of the writing thread alone.
    private final PriorityQueue<Event> held = new PriorityQueue<>(Comparator.comparingLong(Event::nanos).thenComparingLong(Event::order));
    private final Map<File, Writer> files = new HashMap<>();
    private final AtomicLong reported = new AtomicLong();
    private final AtomicInteger opened = new AtomicInteger();
    private final AtomicLong written = new AtomicLong();
    private final AtomicLong leftOut = new AtomicLong();
    private final Thread writer = Thread.ofPlatform().daemon().name("weir-qlog").unstarted(this::write);
    private long bytes;
    private volatile boolean broken;
    private volatile boolean closing;

    private QlogFolder(Path folder, long mostBytes) {
        this.folder = folder;
        this.mostBytes = mostBytes;
    }

    /// What a trace came to.
    ///
    /// @param folder where the files are
    /// @param connections files
    /// @param events records in them
    /// @param leftOut events that found the queue or the folder full
    public record Summary(String folder, int connections, long events, long leftOut) {}

    /// Makes the folder and waits for connections.
    ///
    /// @param folder new or empty
    /// @param mostBytes bound of all files together
    /// @throws IOException if it cannot be used
    public static QlogFolder open(Path folder, long mostBytes) throws IOException {
        Files.createDirectories(folder);
        try (var present = Files.list(folder)) {
            if (present.findAny().isPresent()) {
                throw new IOException("it is not empty");
            }
        }
        var opened = new QlogFolder(folder, mostBytes);
        opened.writer.start();
        return opened;
    }

    @Override
    public ConnectionTrace open(int id, String address) {
        int number = opened.getAndIncrement();
        var file = new File(number, "%03d-connection-%d.sqlog".formatted(number, id), "connection " + id + ", " + address);
        long now = System.nanoTime();
        // qvis opens no file without an event, and a connection that says nothing has a file as well
        offer(file, now, () -> QlogEvent.begins(now - beginNanos, file.title));
        return new Trace(file);
    }

    private final class Trace implements ConnectionTrace {
        private final File file;

        Trace(File file) {
            this.file = file;
        }

        private void tell(long nanos, Supplier<String> text) {
            offer(file, nanos, text);
        }

        @Override
        public void sent(boolean byKernel, String type, long number, long nanos, int size, List<TraceFrame> frames) {
            tell(nanos, () -> QlogEvent.packet(nanos - beginNanos, "transport:packet_sent", path(byKernel), type, number, size, frames));
        }

        @Override
        public void received(String type, long number, long nanos, int size, List<TraceFrame> frames) {
            tell(nanos, () -> QlogEvent.packet(nanos - beginNanos, "transport:packet_received", "", type, number, size, frames));
        }

        @Override
        public void lost(boolean byKernel, long number, long nanos) {
            tell(nanos, () -> QlogEvent.lost(nanos - beginNanos, path(byKernel), number));
        }

        @Override
        public void metrics(long nanos, long congestionWindow, long bytesInFlight, long smoothedRttNanos) {
            tell(nanos, () -> QlogEvent.metrics(nanos - beginNanos, congestionWindow, bytesInFlight, smoothedRttNanos));
        }

        @Override
        public void closed(long nanos) {
            tell(nanos, () -> QlogEvent.closed(nanos - beginNanos));
        }

        private static String path(boolean byKernel) {
            return byKernel ? "kernel" : "userspace";
        }
    }

    private void offer(File file, long nanos, Supplier<String> text) {
        if (closing) {
            return; // what comes after the end is no part of the trace
        }
        if (broken || file.number >= MOST_FILES || !queue.offer(new Event(file, nanos, reported.getAndIncrement(), text))) {
            leftOut.incrementAndGet();
        }
    }

    private void write() {
        try {
            while (!closing || !queue.isEmpty()) {
                Event event = queue.poll(100, TimeUnit.MILLISECONDS);
                if (event != null) {
                    held.add(event);
                }
                writeUntil(System.nanoTime() - HOLD_NANOS);
            }
            writeUntil(Long.MAX_VALUE);
        } catch (IOException e) {
            broken = true;
            LOG.atWarn().addKeyValue("folder", folder).setCause(e).log("The trace ends here: its files cannot be written");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            files.values().forEach(QlogFolder::closeQuietly);
        }
    }

    /// What has been held long enough, or is too much to hold.
    private void writeUntil(long nanos) throws IOException {
        for (Event first = held.peek(); first != null && (first.nanos < nanos || held.size() > WAITING); first = held.peek()) {
            write(held.remove());
        }
    }

    private void write(Event event) throws IOException {
        Writer file = files.get(event.file);
        if (file == null) {
            file = Files.newBufferedWriter(folder.resolve(event.file.name));
            files.put(event.file, file);
            append(file, QlogEvent.header(event.file.title, beginMillis));
        }
        append(file, event.text.get());
    }

    private void append(Writer file, String record) throws IOException {
        if (bytes + record.length() > mostBytes) {
            leftOut.incrementAndGet();
            return;
        }
        file.write(RECORD_SEPARATOR);
        file.write(record);
        file.write('\n');
        bytes += record.length() + 2;
        written.incrementAndGet();
    }

    private static void closeQuietly(Writer file) {
        try {
            file.close();
        } catch (IOException e) {
            LOG.atDebug().setCause(e).log("a trace was not written to its end");
        }
    }

    /// What it came to so far.
    public Summary summary() {
        return new Summary(folder.toString(), opened.get(), written.get(), leftOut.get());
    }

    /// Writes what waits, and closes the files.
    @Override
    public void close() {
        closing = true;
        try {
            writer.join(TimeUnit.SECONDS.toMillis(10));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
