// SPDX-License-Identifier: Apache-2.0
package dev.weir.wire.moqt;

/// Types of message parameters (draft-18 section 9.2.1).
final class ParameterType {
    static final int OBJECT_DELIVERY_TIMEOUT = 0x02;
    static final int AUTHORIZATION_TOKEN = 0x03;
    static final int RENDEZVOUS_TIMEOUT = 0x04;
    static final int SUBGROUP_DELIVERY_TIMEOUT = 0x06;
    static final int EXPIRES = 0x08;
    static final int LARGEST_OBJECT = 0x09;
    static final int FILL_TIMEOUT = 0x0A;
    static final int FORWARD = 0x10;
    static final int SUBSCRIBER_PRIORITY = 0x20;
    static final int SUBSCRIPTION_FILTER = 0x21;
    static final int GROUP_ORDER = 0x22;
    static final int NEW_GROUP_REQUEST = 0x32;
    static final int TRACK_NAMESPACE_PREFIX = 0x34;
    /// Highest of them.
    static final int MAX = TRACK_NAMESPACE_PREFIX;

    private ParameterType() {}
}
