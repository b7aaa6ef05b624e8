// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.peer;

import dev.weir.wire.moqt.Location;
import dev.weir.wire.moqt.SubgroupHeader;
import dev.weir.wire.moqt.SubgroupObjectReader;
import dev.weir.wire.moqt.SubgroupObjectReader.Entry;

/// One subgroup stream of a subscription. Event loop only.
final class SubgroupReception implements SessionEvents.SubgroupStream {
    private final SubgroupHeader header;
    private final Reception reception;
    private final SubgroupObjectReader reader;
    private final Runnable progress;
    private long lastObject = -1;

    /// @param progress called whenever bytes have come
    SubgroupReception(SubgroupHeader header, Reception reception, Runnable progress) {
        this.header = header;
        this.reception = reception;
        this.reader = new SubgroupObjectReader(header, true);
        this.progress = progress;
    }

    @Override
    public void bytes(byte[] bytes) {
        progress.run();
        reader.feed(bytes, 0, bytes.length);
        for (Entry entry = reader.next(); entry != null; entry = reader.next()) {
            lastObject = entry.objectId();
            boolean isObject = entry.status() == null || entry.status() == 0;
            if (isObject) {
                reception.object(new Location(header.group(), entry.objectId()), header.priority(), entry.properties(), entry.payload());
            }
        }
    }

    @Override
    public void finished() {
        progress.run();
        reception.streamFinished(reader.isAtBoundary());
        if (header.endOfGroup()) {
            reception.groupEnds(header.group(), lastObject);
        }
    }

    @Override
    public void reset(long code) {
        progress.run();
        reception.streamReset(header.group(), code);
    }
}
