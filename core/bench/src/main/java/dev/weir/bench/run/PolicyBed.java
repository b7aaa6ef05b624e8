// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.run;

import dev.weir.bench.peer.Trust;
import dev.weir.testkit.DevelopmentCertificate;
import dev.weir.testkit.Topology;
import java.util.List;

/// Where policies are measured: namespaces with one relay in them.
///
/// @param topology the namespaces
/// @param relay in the relay's namespace
/// @param certificate of the relay
record PolicyBed(Topology topology, PolicyRelay relay, DevelopmentCertificate certificate) {
    private static final int SUBSCRIBER_HOSTS = 3;

    /// @param workspace takes everything away in the end
    /// @param prefix start of the namespaces' names
    /// @param starter makes the relay
    static PolicyBed make(Workspace workspace, String prefix, PolicyRelay.Starter starter) {
        Topology topology = workspace.keep(Topology.create(prefix, SUBSCRIBER_HOSTS));
        // A packet whose checksum is still to be written by a device, as veth has it, is none that the kernel may copy.
        topology.transmitChecksumOffload(false);
        DevelopmentCertificate certificate = DevelopmentCertificate.create();
        PolicyRelay relay = workspace.keep(starter.start(topology.relay(), RelayPath.KERNEL, certificate));
        return new PolicyBed(topology, relay, certificate);
    }

    Trust trust() {
        return new Trust.Pinned(List.of(certificate.certificate()));
    }
}
