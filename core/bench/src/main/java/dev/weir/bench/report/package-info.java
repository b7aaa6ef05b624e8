// SPDX-License-Identifier: Apache-2.0

/// What a run measured: records for JSON, a table for people, and where processor time went.
@NullMarked
package dev.weir.bench.report;

import org.jspecify.annotations.NullMarked;
