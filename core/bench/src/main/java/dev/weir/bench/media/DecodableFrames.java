// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.media;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/// Which of the frames that arrived whole can be decoded: a frame can if its group's key frame and all reference frames
/// before it in the group arrived whole as well.
public final class DecodableFrames {
    private DecodableFrames() {}

    /// A frame that arrived whole.
    ///
    /// @param group ID of its group
    /// @param number of the frame in the track, in decode order
    /// @param references key and reference frames of the track before it
    /// @param layer what it is to the others
    public record Frame(long group, long number, long references, FrameLayer layer) {}

    /// @param whole frames that arrived whole, each once, in any order
    /// @return those that can be decoded, in decode order
    public static List<Frame> of(Collection<Frame> whole) {
        List<Frame> ordered = whole.stream()
                .sorted(Comparator.comparingLong(Frame::group).thenComparingLong(Frame::number))
                .toList();
        var decodable = new ArrayList<Frame>();
        long group = -1;
        long decodedReferences = -1;
        for (Frame frame : ordered) {
            if (frame.layer() == FrameLayer.KEY) {
                group = frame.group();
                decodedReferences = frame.references();
            }
            if (frame.group() == group && frame.references() == decodedReferences) {
                decodable.add(frame);
                decodedReferences += frame.layer() == FrameLayer.DROPPABLE ? 0 : 1;
            }
        }
        return decodable;
    }
}
