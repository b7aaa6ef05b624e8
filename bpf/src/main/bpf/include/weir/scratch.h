/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the steps hand on to one another: too large for the 512 bytes of stack, so it lives in per-CPU maps. */
#ifndef WEIR_SCRATCH_H
#define WEIR_SCRATCH_H

#include <weir/abi.h>

/* What the decide pass settled for one entry of the record, for the replicate pass. */
struct plan {
	__u64 stream_ids[WEIR_LIMIT_CANDIDATES];
};

struct scratch {
	struct packet_record record;
	struct record_entry entries[WEIR_LIMIT_FANOUT];
};

#endif
