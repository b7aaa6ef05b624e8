// SPDX-License-Identifier: Apache-2.0
package dev.weir.wire.moqt;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Message Parameters (draft-18 section 9.2), immutable. A type that the receiver does not know ends the session, so never
/// send one that the peer may not know. Compared by value.
public final class Parameters {
    /// None.
    public static final Parameters EMPTY = builder().build();

    private static final long DEFAULT_PRIORITY = 128;

    /// Values that are numbers, by type.
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
        return numbers.getOrDefault(ParameterType.FORWARD, 1L) != 0;
    }

    /// Whether FORWARD is present.
    public boolean hasForward() {
        return numbers.containsKey(ParameterType.FORWARD);
    }

    /// SUBSCRIBER_PRIORITY, 0 to 255, lower is more urgent; 128 if absent.
    public int subscriberPriority() {
        return (int) (long) numbers.getOrDefault(ParameterType.SUBSCRIBER_PRIORITY, DEFAULT_PRIORITY);
    }

    /// Whether SUBSCRIBER_PRIORITY is present.
    public boolean hasSubscriberPriority() {
        return numbers.containsKey(ParameterType.SUBSCRIBER_PRIORITY);
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
        Long order = numbers.get(ParameterType.GROUP_ORDER);
        return order == null ? null : (int) (long) order;
    }

    /// EXPIRES in milliseconds; null if absent.
    public @Nullable Long expires() {
        return numbers.get(ParameterType.EXPIRES);
    }

    /// OBJECT_DELIVERY_TIMEOUT in milliseconds; null if absent.
    public @Nullable Long objectDeliveryTimeout() {
        return numbers.get(ParameterType.OBJECT_DELIVERY_TIMEOUT);
    }

    /// SUBGROUP_DELIVERY_TIMEOUT in milliseconds; null if absent.
    public @Nullable Long subgroupDeliveryTimeout() {
        return numbers.get(ParameterType.SUBGROUP_DELIVERY_TIMEOUT);
    }

    /// RENDEZVOUS_TIMEOUT in milliseconds; null if absent.
    public @Nullable Long rendezvousTimeout() {
        return numbers.get(ParameterType.RENDEZVOUS_TIMEOUT);
    }

    /// FILL_TIMEOUT in milliseconds; null if absent.
    public @Nullable Long fillTimeout() {
        return numbers.get(ParameterType.FILL_TIMEOUT);
    }

    /// NEW_GROUP_REQUEST, the largest group ID known to who asks; null if absent.
    public @Nullable Long newGroupRequest() {
        return numbers.get(ParameterType.NEW_GROUP_REQUEST);
    }

    /// TRACK_NAMESPACE_PREFIX; null if absent.
    public @Nullable TrackNamespace namespacePrefix() {
        return namespacePrefix;
    }

    /// Copies of the AUTHORIZATION_TOKEN values, as they were sent.
    public List<byte[]> authorizationTokens() {
        return tokens.stream().map(byte[]::clone).toList();
    }

    /// Values that are numbers, by type; for the codec.
    Map<Integer, Long> numbers() {
        return numbers;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Parameters p
                && numbers.equals(p.numbers)
                && Objects.equals(largestObject, p.largestObject)
                && Objects.equals(filter, p.filter)
                && Objects.equals(namespacePrefix, p.namespacePrefix)
                && Arrays.deepEquals(tokens.toArray(), p.tokens.toArray());
    }

    @Override
    public int hashCode() {
        return Objects.hash(numbers, largestObject, filter, namespacePrefix);
    }

    @Override
    public String toString() {
        return "Parameters[" + numbers + ", largest=" + largestObject + ", filter=" + filter + ", prefix=" + namespacePrefix
                + ", tokens=" + tokens.size() + "]";
    }

    /// Collects parameters.
    public static final class Builder {
        private final Map<Integer, Long> numbers = new TreeMap<>();
        private @Nullable Location largestObject;
        private @Nullable SubscriptionFilter filter;
        private @Nullable TrackNamespace namespacePrefix;
        private final List<byte[]> tokens = new ArrayList<>();

        private Builder() {}

        /// For the codec: a number of any type, which is in range.
        Builder number(int type, long value) {
            numbers.put(type, value);
            return this;
        }

        /// FORWARD.
        public Builder forward(boolean forward) {
            return number(ParameterType.FORWARD, forward ? 1 : 0);
        }

        /// SUBSCRIBER_PRIORITY, 0 to 255, lower is more urgent.
        ///
        /// @throws IllegalArgumentException if it is out of range
        public Builder subscriberPriority(int priority) {
            if (priority < 0 || priority > 255) {
                throw new IllegalArgumentException("a subscriber priority is 0 to 255, not " + priority);
            }
            return number(ParameterType.SUBSCRIBER_PRIORITY, priority);
        }

        /// GROUP_ORDER: 1 ascending, 2 descending.
        ///
        /// @throws IllegalArgumentException if it is neither
        public Builder groupOrder(int order) {
            if (order != 1 && order != 2) {
                throw new IllegalArgumentException("a group order is 1 (ascending) or 2 (descending), not " + order);
            }
            return number(ParameterType.GROUP_ORDER, order);
        }

        /// EXPIRES in milliseconds.
        public Builder expires(long millis) {
            return number(ParameterType.EXPIRES, millis);
        }

        /// OBJECT_DELIVERY_TIMEOUT in milliseconds.
        public Builder objectDeliveryTimeout(long millis) {
            return number(ParameterType.OBJECT_DELIVERY_TIMEOUT, millis);
        }

        /// SUBGROUP_DELIVERY_TIMEOUT in milliseconds.
        public Builder subgroupDeliveryTimeout(long millis) {
            return number(ParameterType.SUBGROUP_DELIVERY_TIMEOUT, millis);
        }

        /// RENDEZVOUS_TIMEOUT in milliseconds.
        public Builder rendezvousTimeout(long millis) {
            return number(ParameterType.RENDEZVOUS_TIMEOUT, millis);
        }

        /// FILL_TIMEOUT in milliseconds.
        public Builder fillTimeout(long millis) {
            return number(ParameterType.FILL_TIMEOUT, millis);
        }

        /// NEW_GROUP_REQUEST, the largest group ID known to who asks.
        public Builder newGroupRequest(long group) {
            return number(ParameterType.NEW_GROUP_REQUEST, group);
        }

        /// TRACK_NAMESPACE_PREFIX.
        public Builder namespacePrefix(TrackNamespace prefix) {
            namespacePrefix = prefix;
            return this;
        }

        /// LARGEST_OBJECT.
        public Builder largestObject(Location location) {
            largestObject = location;
            return this;
        }

        /// SUBSCRIPTION_FILTER.
        ///
        /// @param newFilter null: unfiltered
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
