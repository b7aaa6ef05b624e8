// SPDX-License-Identifier: Apache-2.0
package dev.weir.wire.moqt;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.TreeMap;

/// Message parameters to and from bytes: a count, then types in ascending order as deltas, each value with the encoding
/// that its type prescribes (draft-18 section 9.2).
final class ParameterCodec {
    private ParameterCodec() {}

    /// Reads count and parameters at the buffer's position.
    ///
    /// @param prefixedLargest whether LARGEST_OBJECT has a length before it, as up to draft-16
    /// @throws MoqtException if a type is unknown or repeated, or a value is malformed
    static Parameters decode(ByteBuffer in, boolean prefixedLargest) {
        long count = Vi64.decode(in);
        // A parameter has two bytes at least.
        if (Long.compareUnsigned(count, in.remaining() / 2) > 0) {
            throw MoqtException.violation("a message has fewer parameters than it says");
        }
        var builder = Parameters.builder();
        int type = 0;
        for (int i = 0; i < count; i++) {
            long delta = Vi64.decode(in);
            if (Long.compareUnsigned(delta, ParameterType.MAX - type) > 0) {
                throw MoqtException.violation("unknown message parameter 0x" + Long.toHexString(type + delta));
            }
            if (i > 0 && delta == 0 && type != ParameterType.AUTHORIZATION_TOKEN) {
                throw MoqtException.violation("message parameter 0x" + Integer.toHexString(type) + " is repeated");
            }
            type += (int) delta;
            value(in, type, builder, prefixedLargest);
        }
        return builder.build();
    }

    private static void value(ByteBuffer in, int type, Parameters.Builder into, boolean prefixedLargest) {
        switch (type) {
            case ParameterType.OBJECT_DELIVERY_TIMEOUT,
                    ParameterType.RENDEZVOUS_TIMEOUT,
                    ParameterType.SUBGROUP_DELIVERY_TIMEOUT,
                    ParameterType.EXPIRES,
                    ParameterType.FILL_TIMEOUT,
                    ParameterType.NEW_GROUP_REQUEST -> into.number(type, Vi64.decode(in));
            case ParameterType.FORWARD -> into.number(type, octet(in, type, 0, 1));
            case ParameterType.SUBSCRIBER_PRIORITY -> into.number(type, octet(in, type, 0, 255));
            case ParameterType.GROUP_ORDER -> into.number(type, octet(in, type, 1, 2));
            case ParameterType.LARGEST_OBJECT ->
                into.largestObject(prefixedLargest ? prefixedLocation(in) : location(in));
            case ParameterType.AUTHORIZATION_TOKEN -> into.authorizationToken(Wire.bytes(in));
            case ParameterType.SUBSCRIPTION_FILTER -> into.filter(filter(ByteBuffer.wrap(Wire.bytes(in))));
            case ParameterType.TRACK_NAMESPACE_PREFIX -> into.namespacePrefix(Wire.namespace(in));
            default -> throw MoqtException.violation("unknown message parameter 0x" + Integer.toHexString(type));
        }
    }

    private static long octet(ByteBuffer in, int type, int least, int most) {
        if (!in.hasRemaining()) {
            throw MoqtException.violation("a message parameter is cut off");
        }
        int value = in.get() & 0xff;
        if (value < least || value > most) {
            throw MoqtException.violation(
                    "message parameter 0x" + Integer.toHexString(type) + " has the illegal value " + value);
        }
        return value;
    }

    private static Location location(ByteBuffer in) {
        return new Location(Vi64.decode(in), Vi64.decode(in));
    }

    private static Location prefixedLocation(ByteBuffer in) {
        ByteBuffer value = ByteBuffer.wrap(Wire.bytes(in));
        Location location = location(value);
        if (value.hasRemaining()) {
            throw MoqtException.violation("bytes behind a location");
        }
        return location;
    }

    /// SUBSCRIPTION_FILTER (draft-18 section 5.1.2).
    private static SubscriptionFilter filter(ByteBuffer in) {
        long kind = Vi64.decode(in);
        SubscriptionFilter filter;
        if (kind == 1) {
            filter = new SubscriptionFilter.NextGroupStart();
        } else if (kind == 2) {
            filter = new SubscriptionFilter.LargestObject();
        } else if (kind == 3) {
            filter = new SubscriptionFilter.AbsoluteStart(location(in));
        } else if (kind == 4) {
            filter = range(location(in), Vi64.decode(in));
        } else {
            throw MoqtException.violation("unknown subscription filter " + Long.toUnsignedString(kind));
        }
        if (in.hasRemaining()) {
            throw MoqtException.violation("bytes behind a subscription filter");
        }
        return filter;
    }

    private static SubscriptionFilter range(Location start, long groups) {
        long endGroup = start.group() + groups;
        if (Long.compareUnsigned(endGroup, start.group()) < 0) {
            throw MoqtException.violation("the last group of a subscription filter is above 2^64-1");
        }
        return new SubscriptionFilter.AbsoluteRange(start, endGroup);
    }

    /// Writes count and parameters, types ascending.
    static void encode(Parameters parameters, ByteArrayOutputStream out) {
        var values = new TreeMap<Integer, List<byte[]>>();
        parameters.numbers().forEach((type, value) -> values.put(type, List.of(number(type, value))));
        Location largest = parameters.largestObject();
        if (largest != null) {
            values.put(ParameterType.LARGEST_OBJECT, List.of(bytes(largest)));
        }
        SubscriptionFilter filter = parameters.filter();
        if (filter != null) {
            values.put(ParameterType.SUBSCRIPTION_FILTER, List.of(Wire.prefixed(bytes(filter))));
        }
        TrackNamespace prefix = parameters.namespacePrefix();
        if (prefix != null) {
            values.put(ParameterType.TRACK_NAMESPACE_PREFIX, List.of(Wire.encode(prefix)));
        }
        List<byte[]> tokens = parameters.authorizationTokens();
        if (!tokens.isEmpty()) {
            values.put(ParameterType.AUTHORIZATION_TOKEN, tokens.stream().map(Wire::prefixed).toList());
        }
        write(values, out);
    }

    private static void write(TreeMap<Integer, List<byte[]>> values, ByteArrayOutputStream out) {
        out.writeBytes(Vi64.encode(values.values().stream().mapToInt(List::size).sum()));
        int previous = 0;
        for (var entry : values.entrySet()) {
            for (byte[] value : entry.getValue()) {
                out.writeBytes(Vi64.encode(entry.getKey() - previous));
                previous = entry.getKey();
                out.writeBytes(value);
            }
        }
    }

    private static byte[] number(int type, long value) {
        return switch (type) {
            case ParameterType.FORWARD, ParameterType.SUBSCRIBER_PRIORITY, ParameterType.GROUP_ORDER ->
                new byte[] {(byte) value};
            default -> Vi64.encode(value);
        };
    }

    private static byte[] bytes(Location location) {
        return Wire.concat(Vi64.encode(location.group()), Vi64.encode(location.object()));
    }

    private static byte[] bytes(SubscriptionFilter filter) {
        return switch (filter) {
            case SubscriptionFilter.NextGroupStart() -> new byte[] {1};
            case SubscriptionFilter.LargestObject() -> new byte[] {2};
            case SubscriptionFilter.AbsoluteStart(Location start) -> Wire.concat(new byte[] {3}, bytes(start));
            case SubscriptionFilter.AbsoluteRange(Location start, long endGroup) ->
                Wire.concat(new byte[] {4}, bytes(start), Vi64.encode(endGroup - start.group()));
        };
    }
}
