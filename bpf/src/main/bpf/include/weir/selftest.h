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
	__u32 result;	  /* out: 0, or what the function returned */
	__u32 pad;
	struct aead_keys keys;
	__u32 words[16]; /* in: ChaCha20 state, key and sample of a header mask, Poly1305 key; out: block, tag */
	__u8 aad[32];
	__u8 text[1536];	    /* in and out */
	struct candidate frames[1]; /* out */
};

/* What was read of the MoQT header that a media frame begins with. */
struct selftest_header {
	__u64 alias;
	__u64 group;
	__u64 object;	    /* object, or subgroup */
	__u64 first_object; /* STREAM: ID of the first object */
	__u64 first_length; /* STREAM: its payload, bytes */
	__u32 result;	    /* 1: there is one that the kernel decides on */
	__u32 type;
	__s32 priority; /* -1: the track's default */
	__u32 alias_start;
	__u32 alias_length;
	__u32 end;
	__u32 first_result; /* 1: the first object's header is whole */
	__u32 first_start;
};

enum { SELFTEST_BATCH = 256 };

/* map selftest_batch, mmapable array: plaintexts of packets, and what the parsers make of them. */
struct selftest_plaintext {
	__u32 length;	   /* in */
	__u32 reason;	   /* out: enum weir_reason */
	__u32 frame_count; /* out */
	__u32 pad;
	__u8 text[1536];		    /* in */
	struct candidate frames[16];	    /* out */
	struct selftest_header headers[16]; /* out */
};

#endif
