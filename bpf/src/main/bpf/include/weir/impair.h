/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the impairer and whoever steers it share: how unkind the network is, and what became of the packets. */
#ifndef WEIR_IMPAIR_H
#define WEIR_IMPAIR_H

#include <linux/types.h>

enum impair_limit {
	IMPAIR_BURST_MAX = 16,
	IMPAIR_PER_MILLION = 1000000,
	/* On packets that the impairer has made itself, so that it lets them pass. */
	IMPAIR_MARK = 0x57454952,
};

enum impair_flag {
	IMPAIR_EGRESS = 1,     /* attached where packets leave the device; else where they arrive */
	IMPAIR_SHORT_ONLY = 2, /* only packets with a short header: handshakes get through */
};

/* Rates are per million. Packets that are not UDP, or not of the port, or too short, are neither counted nor touched.
 */
struct impair_config {
	__u64 seed;
	__u64 blackhole_start_ns; /* CLOCK_MONOTONIC, beginning of the first period */
	__u64 blackhole_period_ns;
	__u64 blackhole_length_ns; /* 0: never */
	__u32 loss_start;	   /* rate at which a burst of loss begins */
	__u32 loss_burst;	   /* packets of a burst, 1 to IMPAIR_BURST_MAX */
	__u32 duplicate;
	__u32 corrupt;
	__u32 flags;
	__u32 ifindex; /* the device, for duplicates */
	__u32 port;    /* of either side, host order; 0: any */
	__u32 minimum; /* bytes of UDP payload */
};

/* seen = passed + lost + blackholed; duplicated and corrupted packets are among those that passed. */
struct impair_counts {
	__u64 seen;
	__u64 passed;
	__u64 lost;
	__u64 blackholed;
	__u64 duplicated;
	__u64 corrupted;
	__u64 segmented; /* super-packets of a sender with UDP_SEGMENT; one packet here, several on a real wire */
};

struct impair {
	struct impair_config config;
	struct impair_counts counts;
};

#endif
