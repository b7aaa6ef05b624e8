// SPDX-License-Identifier: Apache-2.0
/// The smallest useful policy: tables for the data plane's stock program.
@NullMarked
package dev.weir.examples.hello;

import org.jspecify.annotations.NullMarked;
