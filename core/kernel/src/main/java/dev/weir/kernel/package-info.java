// SPDX-License-Identifier: Apache-2.0
/// The kernel as the relay needs it: BPF objects, maps, ring buffer, tcx links, statistics, interfaces and routes.
///
/// Three states, three types: a [dev.weir.kernel.BpfObjectFile] is an ELF file, a [dev.weir.kernel.LoadedObject] is in the
/// kernel, a [dev.weir.kernel.TcxAttachment] sees packets. What needs the kernel cannot be called on the file.
///
/// ```java
/// try (LoadedObject object = BpfObjectFile.ofResource("/bpf/weir_ingress.bpf.o").load();
///         TcxAttachment attachment = TcxAttachment.ingress(object.program("weir_ingress"), ifindex)) {
///     object.map("counters").sumPerCpu(0);
/// }
/// ```
///
/// Failures are [dev.weir.kernel.KernelException]s whose message is a sentence with a remedy. Network namespaces: whatever
/// names an interface or an address means the calling thread's namespace.
@NullMarked
package dev.weir.kernel;

import org.jspecify.annotations.NullMarked;
