/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Headers in front of a QUIC packet, as they are on the wire. */
#ifndef WEIR_HEADERS_H
#define WEIR_HEADERS_H

#include <linux/types.h>

struct ipv4_header {
	__u8 version_and_words;
	__u8 service;
	__be16 length;
	__be16 id;
	__be16 fragment;
	__u8 ttl;
	__u8 protocol;
	__be16 checksum;
	__be32 source;
	__be32 destination;
};

struct ipv6_header {
	__be32 version;
	__be16 payload_length;
	__u8 next_header;
	__u8 hop_limit;
	__be32 source[4];
	__be32 destination[4];
};

struct udp_header {
	__be16 source;
	__be16 destination;
	__be16 length;
	__be16 checksum;
};

#endif
