// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine.dataplane;

import dev.weir.kernel.BpfProgram;
import dev.weir.kernel.InterfaceInfo;
import dev.weir.kernel.KernelException;
import dev.weir.kernel.LoadedObject;
import dev.weir.kernel.MonotonicClock;
import dev.weir.kernel.TcxAttachment;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The data plane's program at all devices of the network namespace that the relay was opened in, and its replacement by
/// another one without a packet between them.
///
/// For any number of threads.
final class Attachments implements AutoCloseable {
    static final String PROGRAM = "weir_ingress";

    private final Map<Integer, TcxAttachment> attachments = new LinkedHashMap<>();
    private final Map<Integer, InterfaceInfo> interfaces = new LinkedHashMap<>();
    private final ExecutorService namespaceThread = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("weir-namespace").daemon().factory());
    /// The first object owns the maps and stays to the end.
    private final LoadedObject first;
    private LoadedObject current;
    private BpfProgram program;
    /// What programs that were replaced had run.
    private long pastRunTimeNanos;
    private long pastRunCount;

    /// @param object the data plane with its maps
    Attachments(LoadedObject object) {
        first = object;
        current = object;
        program = object.program(PROGRAM);
    }

    /// Asks rtnetlink on a thread of the relay's network namespace: the engine is called on threads whose namespace is
    /// nobody's promise.
    <T extends @Nullable Object> T inNamespace(Callable<T> question) {
        try {
            return namespaceThread.submit(question).get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the kernel was asked", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException r ? r : new IllegalStateException(e.getCause());
        }
    }

    /// Attaches to devices that have appeared since, and forgets those that are gone.
    synchronized void attachAll() {
        List<InterfaceInfo> present = inNamespace(InterfaceInfo::all);
        Map<Integer, InterfaceInfo> before = Map.copyOf(interfaces);
        interfaces.clear();
        present.forEach(device -> interfaces.put(device.index(), device));
        closeIf(attachment -> isGone(attachment, before.get(attachment.ifindex()), interfaces.get(attachment.ifindex())));
        for (InterfaceInfo device : present) {
            if (device.isUp() && !attachments.containsKey(device.index())) {
                attach(device);
            }
        }
    }

    /// Another device may have the number by now. The link knows, but asking each of them takes the kernel's lock of all devices.
    private static boolean isGone(TcxAttachment attachment, @Nullable InterfaceInfo before, @Nullable InterfaceInfo now) {
        if (before == null || now == null) {
            return now == null;
        }
        boolean looksTheSame = before.name().equals(now.name()) && Arrays.equals(before.mac(), now.mac());
        return !looksTheSame && !attachment.isInForce();
    }

    private void attach(InterfaceInfo device) {
        try {
            attachments.put(device.index(), inNamespace(() -> TcxAttachment.ingress(program, device.index())));
        } catch (KernelException e) {
            if (inNamespace(() -> InterfaceInfo.of(device.index())).isPresent()) {
                throw e;
            }
            interfaces.remove(device.index()); // it went after the others were listed
        }
    }

    private void closeIf(Predicate<TcxAttachment> condition) {
        attachments.values().removeIf(attachment -> {
            boolean closes = condition.test(attachment);
            if (closes) {
                attachment.close();
            }
            return closes;
        });
    }

    /// The device with that index; null if there was none when devices were looked at last.
    synchronized @Nullable InterfaceInfo device(int index) {
        return interfaces.get(index);
    }

    /// Puts another object's program in the place of the one that runs, at all devices that are still there. If one of them refuses,
    /// those before it get back what they had, and nothing has changed.
    ///
    /// @return how long it took from the first device to the last, nanoseconds
    synchronized long replace(LoadedObject next) {
        BpfProgram nextProgram = next.program(PROGRAM);
        BpfProgram before = program;
        long begin = MonotonicClock.nanos();
        try {
            closeIf(attachment -> !attachment.replace(nextProgram));
        } catch (RuntimeException e) {
            closeIf(attachment -> attachment.program() == nextProgram && !attachment.replace(before));
            throw e;
        }
        long nanos = MonotonicClock.nanos() - begin;
        BpfProgram.RunStatistics run = before.runStatistics();
        pastRunTimeNanos += run.runTimeNanos();
        pastRunCount += run.runCount();
        LoadedObject old = current;
        current = next;
        program = nextProgram;
        if (old != first) {
            old.close();
        }
        return nanos;
    }

    /// The devices looked at last.
    synchronized List<InterfaceInfo> devices() {
        return List.copyOf(interfaces.values());
    }

    synchronized boolean isAttached(int index) {
        return attachments.containsKey(index);
    }

    synchronized int count() {
        return attachments.size();
    }

    /// The program in force, and the others of its object.
    synchronized List<BpfProgram> programs() {
        return List.copyOf(current.programs());
    }

    /// What the program has run since the beginning.
    synchronized BpfProgram.RunStatistics runStatistics() {
        BpfProgram.RunStatistics run = program.runStatistics();
        return new BpfProgram.RunStatistics(pastRunTimeNanos + run.runTimeNanos(), pastRunCount + run.runCount());
    }

    @Override
    public synchronized void close() {
        attachments.values().forEach(TcxAttachment::close);
        if (current != first) {
            current.close();
        }
        namespaceThread.shutdown();
    }
}
