// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine.view;

import java.util.List;

/// A connection that publishes, or has announced that it would.
///
/// @param id number of the connection
/// @param address address and port
/// @param ageNanos since its handshake
/// @param framing `moqt` or `own`
/// @param namespaces what it announced
/// @param tracks full names of the tracks that come from it
/// @param kernelIndex its place in the kernel's map; -1: the kernel does not open its packets
/// @param receivedBytes bytes of its objects
public record PublisherView(
        int id,
        String address,
        long ageNanos,
        String framing,
        List<String> namespaces,
        List<String> tracks,
        int kernelIndex,
        long receivedBytes) {}
