// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.peer;

import dev.weir.wire.moqt.SubgroupHeader;
import dev.weir.wire.moqt.SubgroupHeader.SubgroupMode;
import dev.weir.wire.moqt.SubgroupObjectWriter;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.quic.DefaultQuicStreamFrame;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamType;
import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// One unidirectional stream per subgroup: one per group, or one per layer of a group. Streams are opened in order, as the
/// relay's limit allows.
final class StreamSender implements ObjectSender {
    private final MoqtSession session;
    private final long alias;
    private final Deque<SubgroupStream> unopened = new ArrayDeque<>();
    /// Streams of the current group by subgroup, as long as objects may come.
    private final Map<Long, SubgroupStream> current = new TreeMap<>();
    private long group = -1;
    private boolean opening;
    private long streams;

    StreamSender(MoqtSession session, long alias) {
        this.session = session;
        this.alias = alias;
        session.onStreamLimitRaised(this::open);
    }

    @Override
    public void send(Outgoing object, Outcome outcome) {
        if (group != object.location().group()) {
            endGroup();
            group = object.location().group();
        }
        current.computeIfAbsent(object.subgroup(), _ -> begin(object)).add(object, outcome);
        if (object.endOfSubgroup()) {
            current.remove(object.subgroup());
        }
        if (object.endOfGroup()) {
            endGroup();
        }
    }

    private SubgroupStream begin(Outgoing first) {
        var stream = new SubgroupStream(alias, first);
        unopened.add(stream);
        open();
        return stream;
    }

    private void endGroup() {
        current.values().forEach(SubgroupStream::end);
        current.clear();
    }

    @Override
    public long streams() {
        return streams;
    }

    private void open() {
        if (opening || unopened.isEmpty() || session.connection().peerAllowedStreams(QuicStreamType.UNIDIRECTIONAL) == 0) {
            return;
        }
        opening = true;
        SubgroupStream next = unopened.remove();
        session.connection().createStream(QuicStreamType.UNIDIRECTIONAL, new ChannelInboundHandlerAdapter()).addListener(opened -> {
            opening = false;
            if (opened.isSuccess()) {
                streams++;
                next.opened((QuicStreamChannel) opened.getNow());
            } else {
                next.failed();
            }
            open();
        });
    }

    /// The stream of one subgroup, opened or still to be opened.
    private static final class SubgroupStream {
        private static final Outcome NOBODY_ASKS = new Outcome() {
            @Override
            public void sent() {
                // The end of a stream is no object.
            }

            @Override
            public void failed(String reason) {
                // Its objects have their own outcomes.
            }
        };

        private record Waiting(byte[] bytes, boolean last, Outcome outcome) {}

        private final SubgroupObjectWriter writer;
        private final Deque<Waiting> waiting = new ArrayDeque<>();
        private byte[] header;
        private @Nullable QuicStreamChannel channel;
        private boolean failed;

        SubgroupStream(long alias, Outgoing first) {
            // Which of several subgroups will have the last object of the group is not known yet.
            boolean alone = first.layer() == null;
            SubgroupHeader subgroup = SubgroupHeader.of(alias, first.location().group(),
                    alone ? SubgroupMode.ZERO : SubgroupMode.EXPLICIT, first.subgroup(), first.priority(),
                    !alone || first.location().object() == 0, alone, first.properties().length > 0);
            this.writer = new SubgroupObjectWriter(subgroup);
            this.header = subgroup.encode();
        }

        void add(Outgoing object, Outcome outcome) {
            if (failed) {
                outcome.failed("stream_not_opened");
                return;
            }
            // The header travels with the first object, in one STREAM frame.
            var bytes = new ByteArrayOutputStream(object.payload().length + 48);
            bytes.writeBytes(header);
            header = new byte[0];
            bytes.writeBytes(writer.object(object.location().object(), object.properties(), object.payload()));
            waiting.add(new Waiting(bytes.toByteArray(), object.endOfSubgroup(), outcome));
            write();
        }

        /// No more objects, which was not known when the last one was added.
        void end() {
            waiting.add(new Waiting(new byte[0], true, NOBODY_ASKS));
            write();
        }

        void opened(QuicStreamChannel stream) {
            channel = stream;
            write();
        }

        void failed() {
            failed = true;
            waiting.forEach(object -> object.outcome().failed("stream_not_opened"));
            waiting.clear();
        }

        private void write() {
            QuicStreamChannel stream = channel;
            while (stream != null && !waiting.isEmpty()) {
                Waiting object = waiting.remove();
                object.outcome().of(stream.writeAndFlush(new DefaultQuicStreamFrame(
                        stream.alloc().directBuffer(object.bytes().length).writeBytes(object.bytes()), object.last())));
            }
        }
    }
}
