/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef WEIR_STATS_H
#define WEIR_STATS_H

#include <weir/maps.h>

static __always_inline void count_by(__u32 counter, __u64 amount)
{
	__u64 *cell = bpf_map_lookup_elem(&counters, &counter);

	if (cell)
		*cell += amount;
}

static __always_inline void count(__u32 counter)
{
	count_by(counter, 1);
}

#endif
