// SPDX-License-Identifier: Apache-2.0
/// MoQT draft-18 (draft-ietf-moq-transport-18) without input or output: control messages, subgroup streams, object
/// datagrams.
@NullMarked
package dev.weir.wire.moqt;

import org.jspecify.annotations.NullMarked;
