// SPDX-License-Identifier: Apache-2.0

/// What tests, the demo and the benchmark share: network namespaces, captures, the tshark oracle and development certificates.
@NullMarked
package dev.weir.testkit;

import org.jspecify.annotations.NullMarked;
