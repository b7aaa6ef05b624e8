// SPDX-License-Identifier: Apache-2.0
package dev.weir.wire.moqt;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Message Parameters (draft-18 section 9.2): a count, then types in ascending order, each value with the encoding that
/// its type prescribes. Immutable. An unknown type ends the session, so never send one the peer may not know.
public final class Parameters {
    /// None.
    public static final Parameters EMPTY = builder().build();

    private static final int OBJECT_DELIVERY_TIMEOUT = 0x02;
    private static final int AUTHORIZATION_TOKEN = 0x03;
    private static final int RENDEZVOUS_TIMEOUT = 0x04;
    private static final int SUBGROUP_DELIVERY_TIMEOUT = 0x06;
    private static final int EXPIRES = 0x08;
    private static final int LARGEST_OBJECT = 0x09;
    private static final int FILL_TIMEOUT = 0x0A;
    private static final int FORWARD = 0x10;
    private static final int SUBSCRIBER_PRIORITY = 0x20;
    private static final int FILTER = 0x21;
    private static final int GROUP_ORDER = 0x22;
    private static final int NEW_GROUP_REQUEST = 0x32;
    private static final int NAMESPACE_PREFIX = 0x34;
    private static final int DEFAULT_PRIORITY = 128;

    private final Map<Integer, Long> numbers;
    private final @Nullable Location largestObject;
    private final @Nullable SubscriptionFilter filter;
    private final @Nullable TrackNamespace namespacePrefix;
    private final List<byte[]> tokens;

    private Parameters(Builder from) {
        numbers = Map.copyOf(from.numbers);
        largestObject = from.largestObject;
        filter = from.filter;
        namespacePrefix = from.namespacePrefix;
        tokens = List.copyOf(from.tokens);
    }

    /// Starts an empty set.
    public static Builder builder() {
        return new Builder();
    }

    /// FORWARD; true if absent.
    public boolean forward() {
        return numbers.getOrDefault(FORWARD, 1L) != 0;
    }

    /// Whether FORWARD is present.
    public boolean hasForward() {
        return numbers.containsKey(FORWARD);
    }

    /// SUBSCRIBER_PRIORITY, 0 to 255, lower is more urgent; 128 if absent.
    public int subscriberPriority() {
        return (int) (long) numbers.getOrDefault(SUBSCRIBER_PRIORITY, (long) DEFAULT_PRIORITY);
    }

    /// Whether SUBSCRIBER_PRIORITY is present.
    public boolean hasSubscriberPriority() {
        return numbers.containsKey(SUBSCRIBER_PRIORITY);
    }

    /// SUBSCRIPTION_FILTER; null: unfiltered.
    public @Nullable SubscriptionFilter filter() {
        return filter;
    }

    /// LARGEST_OBJECT; null: nothing was published.
    public @Nullable Location largestObject() {
        return largestObject;
    }

    /// GROUP_ORDER: 1 ascending, 2 descending; null if absent.
    public @Nullable Integer groupOrder() {
        Long order = numbers.get(GROUP_ORDER);
        return order == null ? null : (int) (long) order;
    }

    /// EXPIRES in milliseconds; null if absent.
    public @Nullable Long expires() {
        return numbers.get(EXPIRES);
    }

    /// OBJECT_DELIVERY_TIMEOUT in milliseconds; null if absent.
    public @Nullable Long objectDeliveryTimeout() {
        return numbers.get(OBJECT_DELIVERY_TIMEOUT);
    }

    /// SUBGROUP_DELIVERY_TIMEOUT in milliseconds; null if absent.
    public @Nullable Long subgroupDeliveryTimeout() {
        return numbers.get(SUBGROUP_DELIVERY_TIMEOUT);
    }

    /// RENDEZVOUS_TIMEOUT in milliseconds; null if absent.
    public @Nullable Long rendezvousTimeout() {
        return numbers.get(RENDEZVOUS_TIMEOUT);
    }

    /// AUTHORIZATION_TOKEN values as they were sent.
    public List<byte[]> authorizationTokens() {
        return tokens;
    }

    /// Reads count and parameters at the buffer's position.
    ///
    /// @throws MoqtException if a type is unknown or a value is malformed
    static Parameters decode(ByteBuffer in, boolean prefixedLargest) {
        long count = Vi64.decode(in);
        var builder = builder();
        long type = 0;
        for (long i = 0; i < count; i++) {
            type += Vi64.decode(in);
            decodeValue(in, (int) Math.min(type, Integer.MAX_VALUE), builder, prefixedLargest);
        }
        return builder.build();
    }

    private static void decodeValue(ByteBuffer in, int type, Builder into, boolean prefixedLargest) {
        switch (type) {
            case OBJECT_DELIVERY_TIMEOUT, RENDEZVOUS_TIMEOUT, SUBGROUP_DELIVERY_TIMEOUT, EXPIRES, FILL_TIMEOUT, NEW_GROUP_REQUEST ->
                into.numbers.put(type, Vi64.decode(in));
            case FORWARD, SUBSCRIBER_PRIORITY, GROUP_ORDER -> into.numbers.put(type, octet(in, type));
            case LARGEST_OBJECT -> {
                if (prefixedLargest) {
                    Vi64.decode(in);
                }
                into.largestObject = new Location(Vi64.decode(in), Vi64.decode(in));
            }
            case AUTHORIZATION_TOKEN -> into.tokens.add(Wire.bytes(in));
            case FILTER -> into.filter = filter(ByteBuffer.wrap(Wire.bytes(in)));
            case NAMESPACE_PREFIX -> into.namespacePrefix = Wire.namespace(in);
            default -> throw MoqtException.violation("unknown message parameter 0x" + Integer.toHexString(type));
        }
    }

    private static long octet(ByteBuffer in, int type) {
        if (!in.hasRemaining()) {
            throw MoqtException.violation("a message parameter is cut off");
        }
        int value = in.get() & 0xff;
        boolean legal =
                switch (type) {
                    case FORWARD -> value <= 1;
                    case GROUP_ORDER -> value == 1 || value == 2;
                    default -> true;
                };
        if (!legal) {
            throw MoqtException.violation("parameter 0x" + Integer.toHexString(type) + " has the value " + value);
        }
        return value;
    }

    private static SubscriptionFilter filter(ByteBuffer in) {
        long kind = Vi64.decode(in);
        SubscriptionFilter result =
                switch ((int) Math.min(kind, 99)) {
                    case 1 -> new SubscriptionFilter.NextGroupStart();
                    case 2 -> new SubscriptionFilter.LargestObject();
                    case 3 -> new SubscriptionFilter.AbsoluteStart(new Location(Vi64.decode(in), Vi64.decode(in)));
                    case 4 -> {
                        var start = new Location(Vi64.decode(in), Vi64.decode(in));
                        yield new SubscriptionFilter.AbsoluteRange(start, start.group() + Vi64.decode(in));
                    }
                    default -> throw MoqtException.violation("unknown subscription filter " + kind);
                };
        if (in.hasRemaining()) {
            throw MoqtException.violation("bytes behind a subscription filter");
        }
        return result;
    }

    void encode(ByteArrayOutputStream out) {
        var values = new TreeMap<Integer, List<byte[]>>();
        numbers.forEach((type, value) -> values.put(type, List.of(numberBytes(type, value))));
        if (largestObject != null) {
            values.put(LARGEST_OBJECT, List.of(Wire.concat(
                    Vi64.encode(largestObject.group()), Vi64.encode(largestObject.object()))));
        }
        if (filter != null) {
            values.put(FILTER, List.of(Wire.prefixed(filterBytes(filter))));
        }
        if (namespacePrefix != null) {
            values.put(NAMESPACE_PREFIX, List.of(Wire.encode(namespacePrefix)));
        }
        if (!tokens.isEmpty()) {
            values.put(AUTHORIZATION_TOKEN, tokens.stream().map(Wire::prefixed).toList());
        }
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

    private static byte[] numberBytes(int type, long value) {
        return switch (type) {
            case FORWARD, SUBSCRIBER_PRIORITY, GROUP_ORDER -> new byte[] {(byte) value};
            default -> Vi64.encode(value);
        };
    }

    private static byte[] filterBytes(SubscriptionFilter filter) {
        return switch (filter) {
            case SubscriptionFilter.NextGroupStart n -> new byte[] {1};
            case SubscriptionFilter.LargestObject l -> new byte[] {2};
            case SubscriptionFilter.AbsoluteStart(Location start) ->
                Wire.concat(new byte[] {3}, Vi64.encode(start.group()), Vi64.encode(start.object()));
            case SubscriptionFilter.AbsoluteRange(Location start, long endGroup) ->
                Wire.concat(
                        new byte[] {4},
                        Vi64.encode(start.group()),
                        Vi64.encode(start.object()),
                        Vi64.encode(endGroup - start.group()));
        };
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Parameters p
                && numbers.equals(p.numbers)
                && Objects.equals(largestObject, p.largestObject)
                && Objects.equals(filter, p.filter)
                && Objects.equals(namespacePrefix, p.namespacePrefix)
                && java.util.Arrays.deepEquals(tokens.toArray(), p.tokens.toArray());
    }

    @Override
    public int hashCode() {
        return Objects.hash(numbers, largestObject, filter, namespacePrefix);
    }

    @Override
    public String toString() {
        return "Parameters[" + numbers + ", largest=" + largestObject + ", filter=" + filter + "]";
    }

    /// Collects parameters.
    public static final class Builder {
        private final Map<Integer, Long> numbers = new TreeMap<>();
        private @Nullable Location largestObject;
        private @Nullable SubscriptionFilter filter;
        private @Nullable TrackNamespace namespacePrefix;
        private final List<byte[]> tokens = new ArrayList<>();

        private Builder() {}

        private Builder number(int type, long value) {
            numbers.put(type, value);
            return this;
        }

        /// FORWARD.
        public Builder forward(boolean forward) {
            return number(FORWARD, forward ? 1 : 0);
        }

        /// SUBSCRIBER_PRIORITY, 0 to 255.
        public Builder subscriberPriority(int priority) {
            return number(SUBSCRIBER_PRIORITY, priority & 0xff);
        }

        /// GROUP_ORDER: 1 ascending, 2 descending.
        public Builder groupOrder(int order) {
            return number(GROUP_ORDER, order);
        }

        /// EXPIRES in milliseconds.
        public Builder expires(long millis) {
            return number(EXPIRES, millis);
        }

        /// OBJECT_DELIVERY_TIMEOUT in milliseconds.
        public Builder objectDeliveryTimeout(long millis) {
            return number(OBJECT_DELIVERY_TIMEOUT, millis);
        }

        /// SUBGROUP_DELIVERY_TIMEOUT in milliseconds.
        public Builder subgroupDeliveryTimeout(long millis) {
            return number(SUBGROUP_DELIVERY_TIMEOUT, millis);
        }

        /// LARGEST_OBJECT.
        public Builder largestObject(Location location) {
            largestObject = location;
            return this;
        }

        /// SUBSCRIPTION_FILTER.
        public Builder filter(@Nullable SubscriptionFilter newFilter) {
            filter = newFilter;
            return this;
        }

        /// AUTHORIZATION_TOKEN, once more.
        public Builder authorizationToken(byte[] token) {
            tokens.add(token.clone());
            return this;
        }

        /// The finished set.
        public Parameters build() {
            return new Parameters(this);
        }
    }
}
