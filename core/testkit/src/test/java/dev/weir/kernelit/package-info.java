// SPDX-License-Identifier: Apache-2.0
/// Tests of `core/kernel` against the real kernel, with small BPF programs of their own. They are here and not there because
/// they need the testkit's network namespaces.
@NullMarked
package dev.weir.kernelit;

import org.jspecify.annotations.NullMarked;
