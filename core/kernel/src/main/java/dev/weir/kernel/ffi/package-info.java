// SPDX-License-Identifier: Apache-2.0
/// The native calls, each as a typed Java method: libbpf and the few functions of libc that go with it.
///
/// The only package that knows `java.lang.foreign.Linker`. Nothing here judges a result: every function that can fail
/// returns a negative `errno`, as the kernel does, and the callers in `dev.weir.kernel` turn it into a sentence.
@NullMarked
package dev.weir.kernel.ffi;

import org.jspecify.annotations.NullMarked;
