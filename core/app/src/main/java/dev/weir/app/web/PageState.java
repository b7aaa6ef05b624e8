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
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

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
/// @param laneCount how many there are
/// @param kernelLaneCount how many of them the kernel can send to
/// @param medianRttNanos of all of them that have a round-trip time; 0: none has
/// @param worstRttNanos of all of them
/// @param subscribers what the shown ones subscribe to
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
        int laneCount,
        long kernelLaneCount,
        long medianRttNanos,
        long worstRttNanos,
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
        return of(readings.latest(), relay.views().tracks(), relay.views().subscribers(), address, relay.kernelProblem(),
                policies.policies(), policies.classes());
    }

    static PageState of(RelayReading reading, List<TrackView> allTracks, List<SubscriberView> allSubscribers, String address,
            String kernelProblem, List<PolicyControl.PolicyStatus> policies, List<String> classes) {
        List<TrackView> tracks = first(allTracks);
        List<LaneStatus> lanes = first(reading.lanes());
        long[] times = reading.lanes().stream().mapToLong(LaneStatus::smoothedRttNanos).filter(nanos -> nanos > 0).sorted().toArray();
        return new PageState(
                System.currentTimeMillis(),
                AppVersion.number(),
                address,
                reading.relay(),
                kernelProblem,
                tracks,
                copies(reading.copies(), tracks),
                lanes,
                reading.lanes().size(),
                reading.lanes().stream().filter(lane -> lane.path().equals("kernel")).count(),
                times.length == 0 ? 0 : times[times.length / 2],
                times.length == 0 ? 0 : times[times.length - 1],
                subscribers(allSubscribers, lanes),
                policies,
                reading.assignments(),
                reading.statistics(),
                classes,
                reading.counts());
    }

    private static List<TrackCopies> copies(List<TrackCopies> all, List<TrackView> shown) {
        Set<String> names = shown.stream().map(TrackView::name).collect(Collectors.toSet());
        return IntStream.range(0, all.size())
                .filter(i -> i == all.size() - 1 || names.contains(all.get(i).track()))
                .mapToObj(all::get)
                .toList();
    }

    private static List<SubscriberView> subscribers(List<SubscriberView> all, List<LaneStatus> shown) {
        Set<Integer> ids = shown.stream().map(LaneStatus::id).collect(Collectors.toSet());
        return all.stream().filter(each -> ids.contains(each.id())).toList();
    }

    private static <T> List<T> first(List<T> all) {
        return all.size() <= MOST ? all : all.subList(0, MOST);
    }
}
