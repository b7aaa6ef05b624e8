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
import org.jspecify.annotations.Nullable;

/// One unidirectional stream per group, with one subgroup. Streams are opened in order, as the relay's limit allows.
final class StreamSender implements ObjectSender {
    private final MoqtSession session;
    private final long alias;
    private final Deque<GroupStream> unopened = new ArrayDeque<>();
    private @Nullable GroupStream current;
    private boolean opening;
    private long streams;

    StreamSender(MoqtSession session, long alias) {
        this.session = session;
        this.alias = alias;
        session.onStreamLimitRaised(this::open);
    }

    @Override
    public void send(Outgoing object, Outcome outcome) {
        GroupStream stream = current;
        if (stream == null || stream.group != object.location().group()) {
            stream = new GroupStream(alias, object);
            current = stream;
            unopened.add(stream);
            open();
        }
        stream.add(object, outcome);
        if (object.endOfGroup()) {
            current = null;
        }
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
        GroupStream next = unopened.remove();
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

    /// The stream of one group, opened or still to be opened.
    private static final class GroupStream {
        private record Waiting(byte[] bytes, boolean last, Outcome outcome) {}

        private final long group;
        private final SubgroupObjectWriter writer;
        private final Deque<Waiting> waiting = new ArrayDeque<>();
        private byte[] header;
        private @Nullable QuicStreamChannel channel;
        private boolean failed;

        GroupStream(long alias, Outgoing first) {
            SubgroupHeader subgroup = SubgroupHeader.of(alias, first.location().group(), SubgroupMode.ZERO, 0, null,
                    first.location().object() == 0, true, first.properties().length > 0);
            this.group = first.location().group();
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
            waiting.add(new Waiting(bytes.toByteArray(), object.endOfGroup(), outcome));
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
