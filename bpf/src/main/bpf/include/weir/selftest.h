/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Question and answer of the programs in weir_selftest.bpf.c, which put single functions of the data plane to the test
 * with BPF_PROG_TEST_RUN. Lies behind a 14-byte Ethernet header in the test packet.
 */
#ifndef WEIR_SELFTEST_H
#define WEIR_SELFTEST_H

#include <weir/abi.h>

struct selftest {
	__u64 number;	  /* in: packet number, or the next one expected; out: decoded number */
	__u32 length;	  /* in: bytes of text; out: bytes of the integer that was decoded */
	__u32 aad_length; /* in */
	__u32 result;	  /* out: 0, or what the function returned; of frames: enum weir_reason */
	__u32 pad;
	struct aead_keys keys;
	__u32 words[16]; /* in: ChaCha20 state, key and sample of a header mask, Poly1305 key; out: block, tag */
	__u8 aad[32];
	__u8 text[1536]; /* in and out */
	__u32 frame_count;
	__u32 pad2;
	struct candidate frames[16]; /* out */
};

#endif
