/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Which runs of the program are under way. User space takes something out of force, looks who has begun, and changes it
 * when all of them have ended: whoever begins later finds it out of force.
 */
#ifndef WEIR_RUNS_H
#define WEIR_RUNS_H

#include <weir/maps.h>

/* Nothing that user space may change is read before. NULL, which cannot be: the run must not read anything. */
static __always_inline struct run_cell *begin_run(void)
{
	__u32 processor = bpf_get_smp_processor_id();
	struct run_cell *cell = bpf_map_lookup_elem(&runs, &processor);

	if (cell) {
		__u64 before = __sync_fetch_and_add(&cell->begun, 1);

		barrier_var(before); /* only a fetch whose result is used is a barrier on every processor */
	}
	return cell;
}

/* Nothing of it is read afterwards. */
static __always_inline void end_run(struct run_cell *cell)
{
	__u64 before = __sync_fetch_and_add(&cell->ended, 1);

	barrier_var(before);
}

#endif
