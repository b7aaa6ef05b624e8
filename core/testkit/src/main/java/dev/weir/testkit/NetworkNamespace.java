// SPDX-License-Identifier: Apache-2.0
package dev.weir.testkit;

import dev.weir.kernel.ThreadNamespace;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/// A Linux network namespace that exists as long as this object (or the JVM, whichever ends first).
///
/// Needs root and iproute2. Names are `<prefix>-<pid>-<number>`; namespaces with the same prefix whose process is gone
/// (killed before it could clean up) are removed when the next one is made. Safe for use by several threads.
///
/// A socket belongs to the namespace of the thread that creates it: create sockets in [#call] or on a thread of
/// [#threadFactory]. Threads started by such a thread are in the namespace too.
public final class NetworkNamespace implements AutoCloseable {
    private static final Path DIRECTORY = Path.of("/run/netns");
    private static final AtomicInteger NUMBER = new AtomicInteger();

    private final String name;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final Thread shutdownHook;

    private NetworkNamespace(String name) {
        this.name = name;
        this.shutdownHook = Thread.ofPlatform().name("delete-" + name).unstarted(this::delete);
    }

    /// Makes a namespace with its loopback interface up.
    ///
    /// @param prefix start of its name, letters, digits and hyphens
    /// @return the new namespace
    /// @throws TestkitException if the process is not privileged or iproute2 is missing
    public static NetworkNamespace create(String prefix) {
        StaleNamespaces.remove(prefix);
        String name = prefix + "-" + ProcessHandle.current().pid() + "-" + NUMBER.incrementAndGet();
        CommandResult result = CommandResult.of("ip", "netns", "add", name);
        if (result.exitCode() != 0) {
            throw new TestkitException("Cannot make the network namespace " + name + " (" + result.errors().strip()
                    + "); run as root, or with CAP_SYS_ADMIN and CAP_NET_ADMIN.");
        }
        var namespace = new NetworkNamespace(name);
        try {
            Runtime.getRuntime().addShutdownHook(namespace.shutdownHook);
        } catch (IllegalStateException e) {
            namespace.delete();
            throw new TestkitException("The network namespace " + name + " was asked for while this process ends; start it again.");
        }
        namespace.ip("link", "set", "lo", "up");
        return namespace;
    }

    /// @return the name as `ip netns list` shows it
    public String name() {
        return name;
    }

    /// @return the file that stands for the namespace, for setns(2)
    public Path file() {
        return DIRECTORY.resolve(name);
    }

    /// Makes a veth pair between this namespace and another. Both ends are up and have their addresses on return, also as
    /// IPv6 addresses without duplicate address detection, so that they can be bound at once.
    ///
    /// @param near this namespace's end
    /// @param other the namespace of the far end, may be this one
    /// @param far the far end
    public void connect(VethEnd near, NetworkNamespace other, VethEnd far) {
        ip("link", "add", near.interfaceName(), "type", "veth", "peer", "name", far.interfaceName(), "netns", other.name);
        near.addresses().forEach(address -> addAddress(near.interfaceName(), address));
        far.addresses().forEach(address -> other.addAddress(far.interfaceName(), address));
        ip("link", "set", near.interfaceName(), "up");
        other.ip("link", "set", far.interfaceName(), "up");
    }

    private void addAddress(String interfaceName, String address) {
        if (address.indexOf(':') >= 0) {
            ip("address", "add", address, "dev", interfaceName, "nodad");
        } else {
            ip("address", "add", address, "dev", interfaceName);
        }
    }

    /// Runs `ip` in the namespace.
    ///
    /// @param arguments the arguments after `ip -n <name>`
    /// @return what it printed
    /// @throws TestkitException if it failed
    public String ip(String... arguments) {
        var command = new ArrayList<>(List.of("ip", "-n", name));
        command.addAll(List.of(arguments));
        return CommandResult.of(command.toArray(String[]::new)).orThrow().output();
    }

    /// Runs a command in the namespace to its end (at most 60 seconds).
    ///
    /// @param command the argument vector
    /// @return how it ended
    public CommandResult exec(String... command) {
        return CommandResult.of(commandLine(command).toArray(String[]::new));
    }

    /// The argument vector that runs a command in the namespace, for a `ProcessBuilder`. The process started by it is the
    /// command itself (`ip netns exec` replaces itself), so its process id and its signals are the command's.
    ///
    /// @param command the argument vector outside
    /// @return the argument vector inside
    public List<String> commandLine(String... command) {
        var line = new ArrayList<>(List.of("ip", "netns", "exec", name));
        line.addAll(List.of(command));
        return line;
    }

    /// Runs a task on a platform thread of its own inside the namespace and waits for it.
    ///
    /// @param task the task
    /// @param <T> type of its result
    /// @return its result
    /// @throws Exception what the task threw
    public <T> T call(Callable<T> task) throws Exception {
        var result = new CompletableFuture<T>();
        Thread.ofPlatform().daemon().name(name + "-call").start(() -> {
            try {
                ThreadNamespace.enter(file());
                result.complete(task.call());
            } catch (Throwable t) {
                result.completeExceptionally(t);
            }
        });
        try {
            return result.get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case Exception exception -> throw exception;
                case Error error -> throw error;
                case null, default -> throw e;
            }
        }
    }

    /// Like [#call], without a result.
    ///
    /// @param task the task
    /// @throws Exception what the task threw
    public void run(Task task) throws Exception {
        call(() -> {
            task.run();
            return name;
        });
    }

    /// @return a factory of daemon platform threads that are in the namespace before they run anything
    public ThreadFactory threadFactory() {
        return task -> Thread.ofPlatform().daemon().name(name + "-", NUMBER.incrementAndGet()).unstarted(() -> {
            ThreadNamespace.enter(file());
            task.run();
        });
    }

    /// Deletes the namespace and the interfaces in it. Processes still running in it keep their sockets, without interfaces
    /// to other namespaces.
    @Override
    public void close() {
        if (delete()) {
            try {
                Runtime.getRuntime().removeShutdownHook(shutdownHook);
            } catch (IllegalStateException e) {
                // The JVM is shutting down: the hook finds the namespace closed and does nothing.
            }
        }
    }

    private boolean delete() {
        if (!closed.compareAndSet(false, true)) {
            return false;
        }
        CommandResult.of("ip", "netns", "delete", name);
        return true;
    }

    @Override
    public String toString() {
        return name;
    }

    /// A task that may throw.
    @FunctionalInterface
    public interface Task {
        /// Does the work.
        ///
        /// @throws Exception anything
        void run() throws Exception;
    }
}
