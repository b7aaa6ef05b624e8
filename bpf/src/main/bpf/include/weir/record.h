/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Step 7, record: user space is told everything about the packet before the first copy leaves, or there is no copy. */
#ifndef WEIR_RECORD_H
#define WEIR_RECORD_H

#include <weir/decide.h>
#include <weir/maps.h>

/* Undoes what entry number index took. Its packet number stays drawn: a gap, for which there is an account of its own. */
__noinline int withdraw_entry(struct scratch *s, __u32 index)
{
	if (!s || index >= WEIR_LIMIT_FANOUT)
		return 0;
	struct record_entry *entry = &s->entries[index];
	__u32 lane = entry->lane;
	struct plan *plan = bpf_map_lookup_elem(&plans, &index);
	struct credit *cell = bpf_map_lookup_elem(&credit, &lane);
	struct packet_number_cell *numbers = bpf_map_lookup_elem(&packet_numbers, &lane);

	if (numbers && (entry->forwarded || entry->packet_number))
		__sync_fetch_and_add(&numbers->unrecorded, 1);
	if (!plan || !cell || !entry->forwarded)
		return 0;
	give_back(s, plan, lane, entry->forwarded, entry->opened);
	give_window_back(cell, entry->size);
	__sync_fetch_and_add(&cell->sent_bytes, -(__u64)entry->size);
	return 0;
}

static __always_inline int write_record(struct scratch *s)
{
	__u32 entries = s->record.entry_count;

	if (!entries || entries > WEIR_LIMIT_FANOUT)
		return REASON_NONE;
	s->record.publisher = s->packet.publisher;
	s->record.publisher_generation = s->packet.generation;
	s->record.packet_number = s->packet.number;
	s->record.time_ns = s->packet.time_ns;
	s->record.pad = 0;
	if (!bpf_ringbuf_output(&events, &s->record, record_length(entries), BPF_RB_NO_WAKEUP))
		return REASON_NONE;
	/* The last first: a lane with two tracks in the packet took its stream IDs one after the other. */
	for (__u32 i = 0; i < WEIR_LIMIT_FANOUT; i++) {
		if (i >= entries)
			break;
		withdraw_entry(s, entries - 1 - i);
	}
	return REASON_RING_FULL;
}

#endif
