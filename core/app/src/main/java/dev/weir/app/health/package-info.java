// SPDX-License-Identifier: Apache-2.0

/// What `/actuator/health` and `/actuator/info` say of a running relay.
@NullMarked
package dev.weir.app.health;

import org.jspecify.annotations.NullMarked;
