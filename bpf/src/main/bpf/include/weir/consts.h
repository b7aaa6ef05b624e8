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
	PROTOCOL_HOP_BY_HOP = 0,
	PROTOCOL_ROUTING = 43,
	PROTOCOL_FRAGMENT = 44,
	PROTOCOL_DESTINATION_OPTIONS = 60,
	IPV6_EXTENSIONS = 4, /* stepped over at most */
	IPV4_FRAGMENT_OFFSET = 0x1fff,
	IPV4_MORE_FRAGMENTS = 0x2000,

	QUIC_TAG_LENGTH = 16,
	QUIC_SAMPLE_LENGTH = 16,
	QUIC_NUMBER_LENGTH = 4,		 /* of every copy */
	QUIC_OWN_HEADER_LENGTH = 1 + 20, /* first byte and connection ID of a packet sent to the relay */
	QUIC_FORM_BITS = 0xc0,
	QUIC_SHORT_FORM = 0x40, /* long header bit clear, fixed bit set */
	QUIC_KEY_PHASE_SHIFT = 2,
	QUIC_RESERVED_BITS = 0x18,

	/* Longest frame header that the data plane writes: type, stream ID, offset, length. */
	FRAME_HEADER_LENGTH = 1 + 8 + 8 + 8,
	/* Frames, ACK ranges and runs of up to 64 bytes of padding walked in one packet. */
	WALK_STEPS = 256,
	PADDING_RUN = 64,

	CHACHA20_BLOCK = 64,
	CHACHA20_BLOCKS = (1456 + CHACHA20_BLOCK - 1) / CHACHA20_BLOCK,
	POLY1305_BLOCK = 16,
	POLY1305_BLOCKS = 1456 / POLY1305_BLOCK,

	/*
	 * Every buffer has this size, so that one function serves them all. Text begins at most TEXT_START bytes into
	 * it, and a whole cipher run behind that stays inside.
	 */
	TEXT_START = 3008,
	TEXT_SIZE = TEXT_START + CHACHA20_BLOCKS * CHACHA20_BLOCK + CHACHA20_BLOCK,
	/* In the buffer a copy's plaintext is built in, zeros before the publisher's first byte. */
	TEXT_HEADROOM = 1536,
	/* In the buffer a copy is built in: lane's header template, packet number, ciphertext. */
	COPY_NUMBER = 88,
	COPY_TEXT = COPY_NUMBER + QUIC_NUMBER_LENGTH,
	/* Longest packet that is opened, and longest copy: Ethernet, IPv6, UDP, header, number, plaintext, tag. */
	FRAME_LENGTH_MAX = ETHERNET_LENGTH + IPV6_LENGTH + UDP_LENGTH + QUIC_OWN_HEADER_LENGTH + QUIC_NUMBER_LENGTH +
			   1456 + QUIC_TAG_LENGTH + 4,
};

#define VARINT_MAX ((1ULL << 62) - 1)

#endif
