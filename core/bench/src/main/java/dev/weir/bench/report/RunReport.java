// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.report;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What one run measured: one delivery mode, one path, one number of subscribers.
///
/// @param mode `stream` or `datagram`
/// @param path `kernel` or `userspace`: the path that the relay took
/// @param subscribers how many
/// @param objectsPublished objects that left the publisher
/// @param perSubscriber what each received
/// @param copies packets made for subscribers
/// @param deferred copies that the kernel left to user space, by reason
/// @param dropped copies that were never sent, by reason
/// @param retransmittedBytes stream bytes that the relay sent again
/// @param latencyUs publisher to subscriber, over all objects of all subscribers, microseconds
/// @param cpuUsPerCopy processor time per copy, microseconds
/// @param bpfNsPerCopy run time of the BPF program per copy made by the kernel, nanoseconds; 0 without such copies
/// @param tagFailures packets that failed authentication in the kernel, or that a subscriber's quiche did not accept
/// @param protocolViolations what relay or subscribers closed a session for
/// @param content `video` or `synthetic`
/// @param seconds length of the media
/// @param warmUpSeconds at the beginning, left out of latency, copies, retransmissions and processor time
/// @param sha256 of the published content
/// @param publisherFailures objects that the publisher itself could not send, by reason; not among the published
/// @param softirqSystemUs all softirq time of the whole machine during the run, microseconds: an upper bound
/// @param relayStatistics the relay's own counters, as they grew during the run
/// @param network what an unkind network did; null: it was not
/// @param observations what subscribers saw over time; null: nobody watched
/// @param problems expectations that did not hold, as sentences
/// @param remarks what else is worth knowing, as sentences
public record RunReport(
        String mode,
        String path,
        int subscribers,
        long objectsPublished,
        List<SubscriberReport> perSubscriber,
        Copies copies,
        Map<String, Long> deferred,
        Map<String, Long> dropped,
        long retransmittedBytes,
        Latency latencyUs,
        CpuPerCopy cpuUsPerCopy,
        double bpfNsPerCopy,
        long tagFailures,
        long protocolViolations,
        String content,
        int seconds,
        int warmUpSeconds,
        String sha256,
        Map<String, Long> publisherFailures,
        long softirqSystemUs,
        Map<String, Long> relayStatistics,
        @Nullable NetworkReport network,
        @Nullable Observations observations,
        List<String> problems,
        List<String> remarks) {}
