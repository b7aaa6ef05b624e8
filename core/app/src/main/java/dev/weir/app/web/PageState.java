// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.web;

import dev.weir.app.AppVersion;
import dev.weir.app.metrics.RelayReading;
import dev.weir.app.metrics.RelayReadings;
import dev.weir.engine.policy.PolicyControl;
import dev.weir.engine.view.LaneStatus;
import dev.weir.engine.view.RelayView;
import dev.weir.engine.view.SubscriberView;
import dev.weir.engine.view.TrackCopies;
import dev.weir.engine.view.TrackView;
import dev.weir.quic.kwik.RelayServer;
import java.util.List;
import java.util.Map;

/// What the page shows, at one time. The counters are those of the metrics; the page makes rates of them.
///
/// @param atMillis when, milliseconds since 1970
/// @param version of the relay
/// @param listen its UDP address and port
/// @param relay the relay as a whole
/// @param kernelProblem why there is no data plane although one was wanted; empty otherwise
/// @param tracks the first [#MOST] tracks
/// @param copies what became of their frames, and of all frames, which come last
/// @param lanes the first [#MOST] connections that objects are sent to
/// @param subscribers what they subscribe to
/// @param policies what there is
/// @param assignments which policy serves what
/// @param statistics what each assignment's policy has decided
/// @param classes lane classes
/// @param counts counters under their names in docs/reference/counters.md
record PageState(
        long atMillis,
        String version,
        String listen,
        RelayView relay,
        String kernelProblem,
        List<TrackView> tracks,
        List<TrackCopies> copies,
        List<LaneStatus> lanes,
        List<SubscriberView> subscribers,
        List<PolicyControl.PolicyStatus> policies,
        List<PolicyControl.Assignment> assignments,
        List<PolicyControl.Statistics> statistics,
        List<String> classes,
        Map<String, Long> counts) {
    /// Rows of a table.
    static final int MOST = 200;

    /// @param address the relay's UDP address and port, for people
    static PageState of(RelayServer relay, String address, RelayReadings readings, PolicyControl policies) {
        RelayReading reading = readings.latest();
        List<TrackView> tracks = first(relay.views().tracks());
        List<TrackCopies> copies = reading.copies();
        return new PageState(
                System.currentTimeMillis(),
                AppVersion.number(),
                address,
                reading.relay(),
                relay.kernelProblem(),
                tracks,
                copies.size() <= MOST ? copies : List.of(copies.getLast()),
                first(reading.lanes()),
                first(relay.views().subscribers()),
                policies.policies(),
                reading.assignments(),
                reading.statistics(),
                policies.classes(),
                reading.counts());
    }

    private static <T> List<T> first(List<T> all) {
        return all.size() <= MOST ? all : all.subList(0, MOST);
    }
}
