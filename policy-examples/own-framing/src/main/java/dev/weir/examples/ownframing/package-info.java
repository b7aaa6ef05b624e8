// SPDX-License-Identifier: Apache-2.0
/// An example: a policy for payloads that are not MoQT.
@NullMarked
package dev.weir.examples.ownframing;

import org.jspecify.annotations.NullMarked;
