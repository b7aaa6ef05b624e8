// SPDX-License-Identifier: Apache-2.0
package dev.weir.dataplane;

import dev.weir.abi.Candidate;
import dev.weir.abi.SelftestHeader;
import dev.weir.abi.SelftestPlaintext;
import dev.weir.abi.WeirReason;
import dev.weir.wire.moqt.MoqtException;
import dev.weir.wire.moqt.ObjectDatagramHeader;
import dev.weir.wire.moqt.SubgroupHeader;
import dev.weir.wire.moqt.Vi64;
import dev.weir.wire.quic.Frame;
import dev.weir.wire.quic.FrameWalk;
import dev.weir.wire.quic.FrameWalker;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the parsers of core/wire say of a plaintext, compared with what those in the kernel say.
final class ParserOracle {
    private static final int MOST_MEDIA_FRAMES = 16;
    private static final int MOST_STEPS = 256;
    private static final int PADDING_STEP = 64;

    /// The MoQT header at the start of a media frame, with places as they are in the plaintext.
    ///
    /// @param priority -1: the track's default
    /// @param first the first object of a subgroup, if its header is whole
    record Header(int type, long alias, int aliasStart, int aliasLength, long group, long object, int priority, int end,
            @Nullable First first) {}

    /// A subgroup's first object.
    record First(long object, int start, long length) {}

    private ParserOracle() {}

    /// Compares one answer.
    ///
    /// @return what both say
    /// @throws AssertionError if they differ
    static WeirReason compare(byte[] plaintext, MemorySegment answer) {
        FrameWalk walk = FrameWalker.walk(plaintext);
        List<Frame> media = media(walk);
        WeirReason reason = WeirReason.of(SelftestPlaintext.reason(answer));
        if (reason != expected(walk, media) && !(reason == WeirReason.TOO_MANY_FRAMES && mostSteps(walk, plaintext) >= MOST_STEPS)) {
            throw difference(plaintext, "the kernel says " + reason + ", core/wire " + expected(walk, media) + ": " + walk);
        }
        if (reason != WeirReason.NONE) {
            return reason;
        }
        if (SelftestPlaintext.frameCount(answer) != media.size()) {
            throw difference(plaintext, "the kernel finds " + SelftestPlaintext.frameCount(answer) + " media frames, core/wire " + media);
        }
        for (int i = 0; i < media.size(); i++) {
            compare(plaintext, media.get(i), SelftestPlaintext.frames(answer, i), SelftestPlaintext.headers(answer, i));
        }
        return reason;
    }

    /// Whether it is right to refuse a packet for this reason. Without candidates a packet may be refused, although it has media.
    static boolean agrees(byte[] plaintext, FrameWalk walk, WeirReason reason) {
        WeirReason expected = expected(walk, media(walk));
        return reason == expected
                || reason == WeirReason.NO_CANDIDATE && expected == WeirReason.NONE
                || reason == WeirReason.TOO_MANY_FRAMES && mostSteps(walk, plaintext) >= MOST_STEPS;
    }

    private static List<Frame> media(FrameWalk walk) {
        var media = new ArrayList<Frame>();
        for (Frame frame : walk.frames()) {
            if (frame.isDatagram() || frame.isStream() && (frame.streamId() & 3) == 2) {
                media.add(frame);
            }
        }
        return media;
    }

    private static WeirReason expected(FrameWalk walk, List<Frame> media) {
        if (media.size() > MOST_MEDIA_FRAMES) {
            return WeirReason.TOO_MANY_FRAMES;
        }
        if (walk instanceof FrameWalk.Malformed) {
            return WeirReason.MALFORMED;
        }
        return media.isEmpty() ? WeirReason.NO_CANDIDATE : WeirReason.NONE;
    }

    /// Steps that the kernel takes at most: one for each frame, ACK range and run of padding, and one to see the end.
    private static int mostSteps(FrameWalk walk, byte[] plaintext) {
        int steps = 1;
        int end = 0;
        for (Frame frame : walk.frames()) {
            int length = frame.end() - frame.start();
            steps += frame.isPadding() ? 1 + length / PADDING_STEP : frame.type() == 2 || frame.type() == 3 ? length : 1;
            end = frame.end();
        }
        return steps + plaintext.length - end;
    }

    private static void compare(byte[] plaintext, Frame frame, MemorySegment seen, MemorySegment header) {
        boolean same = Candidate.kind(seen) == (frame.isStream() ? 1 : 2)
                && Candidate.flags(seen) == (frame.fin() ? 1 : 0)
                && (!frame.isStream() || Candidate.streamId(seen) == frame.streamId() && Candidate.offset(seen) == frame.streamOffset())
                && Short.toUnsignedInt(Candidate.length(seen)) == frame.dataLength()
                && Short.toUnsignedInt(Candidate.frameStart(seen)) == frame.start()
                && Short.toUnsignedInt(Candidate.dataStart(seen)) == frame.dataOffset();
        if (!same) {
            throw difference(plaintext, "the kernel sees " + Recorded.media(seen) + ", core/wire " + frame);
        }
        Header expected = frame.isStream() ? subgroup(plaintext, frame) : datagram(plaintext, frame);
        Header read = header(header);
        if (expected == null ? read != null : !expected.equals(read)) {
            throw difference(plaintext, "in " + frame + " the kernel reads " + read + ", core/wire " + expected);
        }
    }

    private static @Nullable Header header(MemorySegment seen) {
        if (SelftestHeader.result(seen) != 1) {
            return null;
        }
        First first = SelftestHeader.firstResult(seen) != 1 ? null
                : new First(SelftestHeader.firstObject(seen), SelftestHeader.firstStart(seen), SelftestHeader.firstLength(seen));
        return new Header(SelftestHeader.type(seen), SelftestHeader.alias(seen), SelftestHeader.aliasStart(seen),
                SelftestHeader.aliasLength(seen), SelftestHeader.group(seen), SelftestHeader.object(seen), SelftestHeader.priority(seen),
                SelftestHeader.end(seen), first);
    }

    /// The header of a subgroup, if it is whole.
    static @Nullable Header subgroup(byte[] plaintext, Frame frame) {
        ByteBuffer in = ByteBuffer.wrap(plaintext, frame.dataOffset(), frame.dataLength());
        if (isTypeOfSeveralBytes(in)) {
            return null;
        }
        try {
            SubgroupHeader header = SubgroupHeader.decode(in);
            return header == null ? null : new Header(header.type(), header.alias(), frame.dataOffset() + header.aliasOffset(),
                    header.aliasLength(), header.group(), header.subgroup(), header.priority() == null ? -1 : header.priority(),
                    in.position(), first(in, header.hasProperties()));
        } catch (MoqtException e) {
            return null;
        }
    }

    private static @Nullable First first(ByteBuffer in, boolean properties) {
        try {
            long object = Vi64.decode(in);
            if (properties && !skip(in)) {
                return null;
            }
            long length = Vi64.decode(in);
            return new First(object, in.position(), length);
        } catch (MoqtException e) {
            return null;
        }
    }

    /// The header of an object, if it is one that the kernel decides on: properties must fit, and a status takes one byte.
    static @Nullable Header datagram(byte[] plaintext, Frame frame) {
        ByteBuffer in = ByteBuffer.wrap(plaintext, frame.dataOffset(), frame.dataLength());
        if (isTypeOfSeveralBytes(in)) {
            return null;
        }
        try {
            var header = ObjectDatagramHeader.decode(plaintext, frame.dataOffset(), frame.dataLength());
            in.position(frame.dataOffset() + header.length());
            if ((header.type() & 1) != 0 && !(in.hasRemaining() && in.get(in.position()) != 0 && propertiesFit(in))) {
                return null;
            }
            return (header.type() & 0x20) != 0 && in.remaining() != 1 ? null : new Header(header.type(), header.alias(),
                    frame.dataOffset() + header.aliasOffset(), header.aliasLength(), header.group(), header.object(), header.priority(),
                    in.position(), null);
        } catch (MoqtException e) {
            return null;
        }
    }

    private static boolean propertiesFit(ByteBuffer in) {
        int start = in.position();
        long length = Vi64.decode(in);
        in.position(start);
        return length != 0 && skip(in);
    }

    /// Steps over a length and so many bytes.
    private static boolean skip(ByteBuffer in) {
        long length = Vi64.decode(in);
        if (Long.compareUnsigned(length, in.remaining()) > 0) {
            return false;
        }
        in.position(in.position() + (int) length);
        return true;
    }

    /// Whatever it is, it is left to user space.
    private static boolean isTypeOfSeveralBytes(ByteBuffer in) {
        return !in.hasRemaining() || in.get(in.position()) < 0;
    }

    private static AssertionError difference(byte[] plaintext, String what) {
        return new AssertionError(what + "; the plaintext is " + Bytes.hex(plaintext));
    }
}
