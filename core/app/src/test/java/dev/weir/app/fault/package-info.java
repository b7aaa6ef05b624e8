// SPDX-License-Identifier: Apache-2.0
/// The relay under faults: each test is named in docs/reliability.md with what was seen.
@NullMarked
package dev.weir.app.fault;

import org.jspecify.annotations.NullMarked;
