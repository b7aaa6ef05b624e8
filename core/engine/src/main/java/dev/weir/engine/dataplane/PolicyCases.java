// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine.dataplane;

import dev.weir.abi.CandidateKind;
import dev.weir.abi.PolicyCase;
import dev.weir.abi.WeirLane;
import dev.weir.abi.WeirLimit;
import dev.weir.abi.WeirObject;
import dev.weir.abi.WeirPayload;
import dev.weir.abi.WeirVerdict;
import dev.weir.kernel.BpfProgram;
import dev.weir.kernel.ProgTestRun;
import dev.weir.spi.DeliveryMode;
import dev.weir.spi.LaneView;
import dev.weir.spi.MediaObject;
import dev.weir.spi.Verdict;
import dev.weir.spi.plan.LaneClasses;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/// Questions to policies in the kernel, in the map `policy_cases`, and their answers (`weir_policy_check`).
///
/// For one thread at a time: the map is there once.
public final class PolicyCases {
    /// Most questions of one run.
    public static final int MOST = WeirLimit.POLICY_CASES;

    private static final int ETHERNET = 14;
    private static final int SHORTEST_FRAME = 60;
    private static final long UNKNOWN = -1;

    private final MemorySegment cases;
    private final LaneClasses classes;

    /// @param cases the map's memory
    public PolicyCases(MemorySegment cases, LaneClasses classes) {
        this.cases = cases;
        this.classes = classes;
    }

    /// The memory of one question: its `track` and `shared` are what the policy remembers, in and out.
    ///
    /// @param number from 0
    public MemorySegment at(int number) {
        return PolicyCase.at(cases, number);
    }

    /// Writes a question; what the policy remembers is set to what it begins with.
    ///
    /// @param policy index of the policy that is asked
    public void ask(int number, int policy, MediaObject media, byte[] payload, LaneView lane) {
        MemorySegment question = at(number);
        question.fill((byte) 0);
        writeObject(PolicyCase.object(question), media);
        int visible = Math.min(payload.length, WeirLimit.PAYLOAD);
        WeirPayload.length(PolicyCase.payload(question), visible);
        MemorySegment.copy(
                payload, 0, WeirPayload.bytes(PolicyCase.payload(question)), ValueLayout.JAVA_BYTE, 0, visible);
        writeLane(PolicyCase.lane(question), lane);
        SharedLaneState.clear(PolicyCase.track(question), UNKNOWN, 0);
        PolicyCase.policy(question, policy);
    }

    private static void writeObject(MemorySegment object, MediaObject media) {
        WeirObject.group(object, media.group());
        WeirObject.subgroup(object, media.subgroup());
        WeirObject.object(object, media.object());
        WeirObject.arrivedNs(object, media.arrivedNanos());
        WeirObject.size(object, media.mode() == DeliveryMode.STREAM ? 0 : media.size());
        CandidateKind kind = media.mode() == DeliveryMode.STREAM ? CandidateKind.STREAM : CandidateKind.DATAGRAM;
        WeirObject.mode(object, (byte) kind.value);
        WeirObject.index(object, media.group());
        WeirObject.restart(object, media.group());
        WeirObject.picture(object, UNKNOWN);
        WeirObject.priority(object, (byte) media.priority());
        WeirObject.isIndependent(object, (byte) (media.object() == 0 ? 1 : 0));
    }

    private void writeLane(MemorySegment to, LaneView lane) {
        WeirLane.nowNs(to, lane.nowNanos());
        WeirLane.congestionWindow(to, lane.congestionWindow());
        WeirLane.bytesInFlight(to, lane.bytesInFlight());
        WeirLane.sentBytes(to, lane.sentBytes());
        WeirLane.smoothedRttNs(to, lane.smoothedRttNanos());
        WeirLane.delayNs(to, lane.delayNanos());
        WeirLane.jitterNs(to, lane.jitterNanos());
        WeirLane.lossPerMillion(to, lane.lossPerMillion());
        WeirLane.laneClass(to, classes.number(lane.laneClass()));
        WeirLane.subscriberPriority(to, lane.subscriberPriority());
    }

    /// Lets the policies answer the first `count` questions.
    ///
    /// @param check the program `weir_policy_check`
    /// @return nanoseconds that it took
    public static long run(BpfProgram check, int count) {
        byte[] frame = ByteBuffer.allocate(SHORTEST_FRAME)
                .order(ByteOrder.nativeOrder())
                .putInt(ETHERNET, count)
                .array();
        return ProgTestRun.run(check, frame, ProgTestRun.TestContext.LOOPBACK, 1).durationNanos();
    }

    /// The answer to a question.
    ///
    /// @param reasons names of the drop reasons, the first one for 1
    public Verdict answer(int number, List<String> reasons) {
        int verdict = PolicyCase.verdict(at(number));
        int reason = verdict >>> 8;
        if (verdict == WeirVerdict.FORWARD.value) {
            return Verdict.forward();
        }
        if ((verdict & 0xff) != WeirVerdict.DROP.value) {
            return Verdict.defer();
        }
        return Verdict.drop(reason >= 1 && reason <= reasons.size() ? reasons.get(reason - 1) : "reason_" + reason);
    }
}
