/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Step 6, decide: for each lane of each track, which candidates its copy will carry. Candidates are judged one by one,
 * then the copy as a whole; a lane for which nothing remains gets an entry with the reason, so that user space serves
 * it.
 */
#ifndef WEIR_DECIDE_H
#define WEIR_DECIDE_H

#include <weir/judge.h>

/* What holds for the lane's copy whatever is in it, as far as it can be known before. */
static __always_inline int check_lane(const struct scratch *s, const struct lane *lane, const struct credit *credit,
				      const struct packet_number_cell *number)
{
	__u32 family = lane->flags & LANE_IPV6 ? 6 : 4;

	if (s->packet.partial && family != s->packet.family && !(lane->flags & LANE_CHECKSUM_FREE))
		return REASON_CHECKSUM_OFFLOAD;
	if (number->next >= lane->packet_number_limit)
		return REASON_KEY_LIMIT;
	if (credit->bytes_in_flight + credit->reserved + s->packet.payload_length > credit->congestion_window)
		return REASON_CONGESTION;
	return REASON_NONE;
}

/*
 * The copy is as long as its original, with PADDING in front: then no MTU is exceeded and the skb keeps its length. It
 * is longer only if its frames need it, and shorter only if the peer takes no more.
 */
static __always_inline int size_copy(struct scratch *s, const struct lane *lane, struct plan *plan)
{
	__u32 overhead = s->work.overhead, needed = s->work.end - s->work.start;
	__u32 length = s->packet.payload_length - overhead, most = lane->max_udp_payload - overhead;

	if (lane->max_udp_payload < overhead || needed > most || needed > WEIR_LIMIT_PLAINTEXT)
		return REASON_PACKET_TOO_LARGE;
	if (s->packet.payload_length < overhead + needed)
		length = needed;
	if (length > most)
		length = most;
	if (length > WEIR_LIMIT_PLAINTEXT)
		length = WEIR_LIMIT_PLAINTEXT;
	plan->length = length;
	plan->start = s->work.end - length;
	return REASON_NONE;
}

/* Takes what the copy as a whole needs; the packet number last, for it cannot be given back. */
static __always_inline int draw_copy(struct scratch *s, const struct lane *lane, struct credit *credit,
				     struct packet_number_cell *cell, struct plan *plan, struct record_entry *entry)
{
	int reason = size_copy(s, lane, plan);

	if (reason)
		return reason;
	__u32 size = s->work.overhead + plan->length;

	if (!take_window(credit, size))
		return REASON_CONGESTION;
	__u64 number = __sync_fetch_and_add(&cell->next, 1);

	if (number >= lane->packet_number_limit) {
		give_window_back(credit, size);
		entry->packet_number = number; /* for the account: drawn, and on no packet */
		return REASON_KEY_LIMIT;
	}
	__sync_fetch_and_add(&credit->copies, 1);
	__sync_fetch_and_add(&credit->sent_bytes, size);
	entry->packet_number = number;
	entry->size = size;
	return REASON_NONE;
}

/* Gives back what the wanted candidates of an entry took of stream and connection credit. */
__noinline int give_back(struct scratch *s, struct plan *plan, __u32 lane_index, __u32 forwarded, __u32 opened)
{
	struct credit *cell = bpf_map_lookup_elem(&credit, &lane_index);

	if (!s || !plan || !cell)
		return 1;
	for (__u32 done = 0; done < WEIR_LIMIT_CANDIDATES; done++) {
		__u32 i =
			WEIR_LIMIT_CANDIDATES - 1 - done; /* the last first: each undoes the mark that it set itself */
		const struct candidate *candidate = &s->record.candidates[i];

		if (!(forwarded >> i & 1) || candidate->kind != CANDIDATE_STREAM)
			continue;
		struct lane_stream_key key = { lane_index, s->packet.publisher, candidate->stream_id };
		struct lane_stream *stream = bpf_map_lookup_elem(&lane_streams, &key);

		if (stream)
			repay_stream(cell, stream, plan->offsets[i] + candidate->length, plan->paid[i]);
		if (opened >> i & 1)
			abandon_stream(cell, &key, plan->stream_ids[i]);
	}
	return 0;
}

static __always_inline void refuse_copy(struct scratch *s, struct plan *plan, int reason)
{
	give_back(s, plan, s->work.subscription.lane, s->work.wanted, s->work.opened);
	for (__u32 i = 0; i < WEIR_LIMIT_CANDIDATES; i++)
		count_by(reason, s->work.wanted >> i & 1);
	if (!s->work.reason)
		s->work.reason = reason;
	s->work.wanted = s->work.opened = 0;
}

/* 1: at least one candidate is meant for the lane. */
static __always_inline int decide_candidates(struct scratch *s, struct plan *plan)
{
	int concerned = 0;

	for (__u32 i = 0; i < WEIR_LIMIT_CANDIDATES; i++) {
		if (!(s->track_mask >> i & 1))
			continue;
		int reason = decide_candidate(s, plan, i);

		if (reason == NOT_CONCERNED)
			continue;
		concerned = 1;
		if (reason) {
			count(reason & (WEIR_COUNTERS - 1));
			if (!s->work.reason)
				s->work.reason = reason;
		}
	}
	return concerned;
}

/* Decides for one lane, and adds an entry to the record unless nothing of the packet is meant for it. */
__noinline int decide_lane(struct scratch *s, const struct subscription *subscription)
{
	if (!s || !subscription || !(subscription->flags & SUBSCRIPTION_FORWARD))
		return 0;
	__u32 slot = s->record.entry_count, plan_index = slot, number = subscription->lane;
	struct plan *plan = bpf_map_lookup_elem(&plans, &plan_index);
	struct credit *cell = bpf_map_lookup_elem(&credit, &number);
	struct packet_number_cell *numbers = bpf_map_lookup_elem(&packet_numbers, &number);

	if (!plan || slot >= WEIR_LIMIT_FANOUT) {
		count(REASON_FANOUT_FULL);
		return 0;
	}
	if (!cell || !numbers)
		return 0;
	struct lane *lane = live_lane(number, subscription->lane_generation);
	struct record_entry *entry = &s->entries[slot];

	__builtin_memset(&s->work, 0, sizeof(s->work));
	entry->packet_number = entry->size = 0;
	s->work.subscription = *subscription;
	if (lane) {
		s->work.overhead = copy_overhead(lane->connection_id_length);
		s->work.reason_for_all = check_lane(s, lane, cell, numbers);
	} else {
		s->work.reason_for_all = REASON_LANE_GONE;
	}
	if (!decide_candidates(s, plan))
		return 0;
	if (lane && s->work.wanted) {
		int reason = draw_copy(s, lane, cell, numbers, plan, entry);

		if (reason)
			refuse_copy(s, plan, reason);
	}
	entry->lane = number;
	entry->lane_generation = subscription->lane_generation;
	entry->forwarded = s->work.wanted;
	entry->opened = s->work.opened;
	entry->first_stream_id = s->work.first_stream_id;
	entry->reason = s->work.reason;
	entry->policy = s->work.subscription.policy;
	entry->rulings = s->work.rulings;
	s->copies += entry->forwarded ? 1 : 0;
	s->record.entry_count = slot + 1;
	return 0;
}

static __always_inline struct fanout *active_fanout(__u32 track)
{
	struct track_state *state = bpf_map_lookup_elem(&track_states, &track);

	if (!state)
		return NULL;
	__u32 index = 2 * track + (state->active & 1);

	return bpf_map_lookup_elem(&fanouts, &index);
}

/* The candidates of the same track as candidate number index; 0 if an earlier one has that track. */
__noinline int track_mask_of(struct scratch *s, __u32 index)
{
	if (!s || index >= WEIR_LIMIT_CANDIDATES)
		return 0;
	__u32 track = s->record.candidates[index].track, candidates = s->record.candidate_count, mask = 0;

	for (__u32 i = 0; i < WEIR_LIMIT_CANDIDATES; i++) {
		if (i < candidates && s->record.candidates[i].track == track)
			mask |= 1 << i;
	}
	return mask & ((1 << index) - 1) ? 0 : mask;
}

/* Decides for all lanes of the track of candidate number index. */
__noinline int decide_track(struct scratch *s, __u32 index)
{
	if (!s || index >= WEIR_LIMIT_CANDIDATES)
		return 0;
	struct fanout *fanout = active_fanout(s->record.candidates[index].track);

	if (!fanout)
		return 0;
	for (__u32 i = 0; i < WEIR_LIMIT_FANOUT; i++) {
		if (i >= fanout->count)
			break;
		decide_lane(s, &fanout->entries[i]);
	}
	return 0;
}

/* At most so many entries will the record have. */
__noinline int count_subscriptions(struct scratch *s)
{
	__u32 subscriptions = 0;

	if (!s)
		return 0;
	for (__u32 i = 0; i < WEIR_LIMIT_CANDIDATES; i++) {
		if (i >= s->record.candidate_count || !track_mask_of(s, i))
			continue;
		struct fanout *fanout = active_fanout(s->record.candidates[i].track);

		subscriptions += fanout ? fanout->count : 0;
	}
	return subscriptions < WEIR_LIMIT_FANOUT ? subscriptions : WEIR_LIMIT_FANOUT;
}

/* The bytes of a record with so many entries in the ring. */
static __always_inline __u64 record_length(__u32 entries)
{
	return sizeof(struct packet_record) + entries * sizeof(struct record_entry);
}

/* Asked before anything is taken, so that a full ring seldom costs more than this. */
static __always_inline int ring_has_room(struct scratch *s)
{
	enum { RING_HEADER = 8 };
	__u64 used = bpf_ringbuf_query(&events, BPF_RB_AVAIL_DATA), size = bpf_ringbuf_query(&events, BPF_RB_RING_SIZE);

	return used + record_length(count_subscriptions(s)) + RING_HEADER <= size;
}

static __always_inline int decide(struct scratch *s)
{
	s->record.entry_count = 0;
	s->copies = 0;
	s->looked_policy = 0;
	if (!ring_has_room(s))
		return REASON_RING_FULL;
	for (__u32 i = 0; i < WEIR_LIMIT_CANDIDATES; i++) {
		if (i >= s->record.candidate_count)
			break;
		s->track_mask = track_mask_of(s, i);
		if (s->track_mask)
			decide_track(s, i);
	}
	return REASON_NONE;
}

#endif
