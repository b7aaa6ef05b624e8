/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Numbers of the protocols and of the kernel that the data plane needs, and the sizes of its own buffers. */
#ifndef WEIR_CONSTS_H
#define WEIR_CONSTS_H

enum {
	/* What tcx wants to hear: go on with the next program or the stack; drop. */
	TCX_VERDICT_NEXT = -1,
	TCX_VERDICT_DROP = 2,

	ETHERNET_LENGTH = 14,
	IPV4_LENGTH = 20,
	IPV6_LENGTH = 40,
	UDP_LENGTH = 8,
	ETHERTYPE_IPV4 = 0x0800,
	ETHERTYPE_IPV6 = 0x86dd,
	PROTOCOL_UDP = 17,

	QUIC_TAG_LENGTH = 16,
	QUIC_SAMPLE_LENGTH = 16,
	QUIC_NUMBER_LENGTH = 4, /* of every copy */
	/* First byte and connection ID of a packet sent to the relay. */
	QUIC_OWN_HEADER_LENGTH = 1 + 20,
};

#endif
