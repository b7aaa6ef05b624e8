// SPDX-License-Identifier: Apache-2.0
/// Traces of connections as qlog files, which qvis (qvis.quictools.info) opens.
@NullMarked
package dev.weir.app.trace;

import org.jspecify.annotations.NullMarked;
