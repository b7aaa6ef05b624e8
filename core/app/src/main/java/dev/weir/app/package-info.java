// SPDX-License-Identifier: Apache-2.0

/// The Spring Boot application: one command per process, and what its commands share.
@NullMarked
package dev.weir.app;

import org.jspecify.annotations.NullMarked;
