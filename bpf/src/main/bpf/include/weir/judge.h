/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Step 6, first half: whether one candidate goes to one lane, and what that takes of the lane's credit for streams. */
#ifndef WEIR_JUDGE_H
#define WEIR_JUDGE_H

#include <weir/credit.h>
#include <weir/frames.h>
#include <weir/maps.h>
#include <weir/rulings.h>
#include <weir/stats.h>

enum { NOT_CONCERNED = -1 };

static __always_inline struct lane *live_lane(__u32 index, __u32 generation)
{
	struct lane *lane = bpf_map_lookup_elem(&lanes, &index);

	return lane && lane->state == ENTRY_LIVE && lane->generation == generation ? lane : NULL;
}

/* A subgroup is judged by its group alone: where its first object begins is not known to the kernel. */
static __always_inline int check_location(const struct subscription *subscription, const struct candidate *candidate)
{
	if (candidate->group < subscription->start_group || candidate->group > subscription->end_group)
		return NOT_CONCERNED;
	if (candidate->group > subscription->start_group || !subscription->start_object)
		return REASON_NONE;
	if (candidate->kind == CANDIDATE_DATAGRAM)
		return candidate->object < subscription->start_object ? NOT_CONCERNED : REASON_NONE;
	return candidate->flags & CANDIDATE_HEADER ? REASON_STREAM_NOT_FOLLOWED : REASON_NONE;
}

/* Bytes between the data and whatever the copy carries before it. */
static __always_inline __u32 header_room(const struct scratch *s, const struct candidate *candidate)
{
	return s->work.wanted ? candidate->data_start + TEXT_HEADROOM - s->work.end : FRAME_HEADER_LENGTH;
}

/* Adds the frame to the lane's copy. */
static __always_inline void want(struct scratch *s, const struct candidate *candidate, __u32 index, __u32 header_length)
{
	if (!s->work.wanted)
		s->work.start = TEXT_HEADROOM + candidate->data_start - header_length;
	s->work.end = TEXT_HEADROOM + candidate->data_start + candidate->length;
	s->work.wanted |= 1 << index;
}

static __always_inline int want_datagram(struct scratch *s, const struct lane *lane, const struct candidate *candidate,
					 __u32 index)
{
	__u32 header = s->details[index].last_of_track ? datagram_header_length(candidate->length, 1)
						       : candidate->data_start - candidate->frame_start;

	if (header + candidate->length > lane->max_datagram_frame)
		return REASON_DATAGRAM_TOO_LARGE;
	if (s->work.reason_for_all)
		return s->work.reason_for_all;
	want(s, candidate, index, header);
	return REASON_NONE;
}

/* 1: the copy's next stream has this ID. The streams of one copy have consecutive IDs, as the record tells only the
 * first. */
static __always_inline int take_stream_id(struct scratch *s, struct credit *credit, __u64 id)
{
	if (s->work.opened && id != s->work.next_stream_id)
		return 0;
	if (__sync_val_compare_and_swap(&credit->next_stream_id, id, id + 4) != id)
		return 0;
	if (!s->work.opened)
		s->work.first_stream_id = id;
	s->work.next_stream_id = id + 4;
	return 1;
}

static __always_inline void abandon_stream(struct credit *credit, const struct lane_stream_key *key, __u64 id)
{
	bpf_map_delete_elem(&lane_streams, key);
	__sync_val_compare_and_swap(&credit->next_stream_id, id + 4, id);
}

/*
 * Opens the lane's stream for a subgroup's header. Everything that can be foreseen is checked first: a stream ID that
 * others have drawn behind cannot be given back.
 */
static __always_inline int open_stream(struct scratch *s, const struct lane *lane, struct credit *credit,
				       const struct candidate *candidate, int last, const struct lane_stream_key *key,
				       __u64 flags)
{
	struct lane_stream fresh = { .lane_generation = lane->generation, .limit = lane->stream_data_limit };
	int taken = 0;

	if (candidate->length > lane->stream_data_limit)
		return REASON_STREAM_CREDIT;
	if (*(volatile __s64 *)&credit->connection_data < candidate->length)
		return REASON_CONNECTION_CREDIT;
	for (int i = 0; i < COMPARE_AND_SWAP_TRIES && !taken; i++) {
		fresh.stream_id = *(volatile __u64 *)&credit->next_stream_id;
		if (fresh.stream_id >= credit->stream_id_limit)
			return REASON_STREAM_LIMIT;
		if (stream_header_length(fresh.stream_id, 0, candidate->length, last) > header_room(s, candidate))
			return REASON_HEADER_ROOM;
		taken = take_stream_id(s, credit, fresh.stream_id);
	}
	if (!taken)
		return REASON_STREAM_LIMIT;
	if (!bpf_map_update_elem(&lane_streams, key, &fresh, flags))
		return REASON_NONE;
	__sync_val_compare_and_swap(&credit->next_stream_id, fresh.stream_id + 4, fresh.stream_id);
	return REASON_LANE_STREAMS_FULL;
}

/* The lane's stream that the frame goes to. */
static __always_inline int find_stream(struct scratch *s, const struct lane *lane, struct credit *credit,
				       const struct candidate *candidate, int last, const struct lane_stream_key *key,
				       struct lane_stream **stream)
{
	int opens = candidate->flags & CANDIDATE_HEADER;

	*stream = bpf_map_lookup_elem(&lane_streams, key);
	int live = *stream && (*stream)->lane_generation == lane->generation;

	if (live == !!opens) /* unknown, or opened already by user space, which then sent the header itself */
		return REASON_STREAM_NOT_FOLLOWED;
	if (s->work.reason_for_all || !opens)
		return s->work.reason_for_all;
	int reason = open_stream(s, lane, credit, candidate, last, key, *stream ? BPF_ANY : BPF_NOEXIST);

	if (!reason)
		*stream = bpf_map_lookup_elem(&lane_streams, key);
	return !reason && !*stream ? REASON_LANE_STREAMS_FULL : reason;
}

/* Stream credit, room and connection credit of a frame of the lane's stream. */
static __always_inline int pay_frame(struct scratch *s, struct credit *credit, struct plan *plan,
				     const struct candidate *candidate, __u32 index, struct lane_stream *stream)
{
	__s64 shift = stream->shift;
	__u64 offset = candidate->offset + shift, end = offset + candidate->length;
	__u32 header =
		stream_header_length(stream->stream_id, offset, candidate->length, s->details[index].last_of_track);

	if (shift < 0 && (__u64)-shift > candidate->offset)
		return REASON_STREAM_NOT_FOLLOWED;
	if (end > *(volatile __u64 *)&stream->limit)
		return REASON_STREAM_CREDIT;
	if (header > header_room(s, candidate))
		return REASON_HEADER_ROOM;
	if (!pay_stream(credit, stream, end, &plan->paid[index]))
		return REASON_CONNECTION_CREDIT;
	plan->stream_ids[index] = stream->stream_id;
	plan->offsets[index] = offset;
	want(s, candidate, index, header);
	return REASON_NONE;
}

static __always_inline int want_stream(struct scratch *s, const struct lane *lane, struct credit *credit,
				       struct plan *plan, const struct candidate *candidate, __u32 index)
{
	struct lane_stream_key key = lane_stream_key_of(s, candidate);
	int opens = candidate->flags & CANDIDATE_HEADER;
	struct lane_stream *stream;
	int reason = find_stream(s, lane, credit, candidate, s->details[index].last_of_track, &key, &stream);

	if (reason || !stream)
		return reason;
	__u64 stream_id = stream->stream_id;

	reason = pay_frame(s, credit, plan, candidate, index, stream);
	if (opens && reason)
		abandon_stream(credit, &key, stream_id);
	if (opens && !reason)
		s->work.opened |= 1 << index;
	return reason;
}

/* Judges one candidate for the lane in s->work. Returns a reason, 0 for wanted, NOT_CONCERNED. */
__noinline int decide_candidate(struct scratch *s, struct plan *plan, __u32 index)
{
	if (!s || !plan || index >= WEIR_LIMIT_CANDIDATES)
		return NOT_CONCERNED;
	__u32 number = s->work.subscription.lane;
	const struct candidate *candidate = &s->record.candidates[index];
	struct lane *lane = bpf_map_lookup_elem(&lanes, &number);
	struct credit *cell = bpf_map_lookup_elem(&credit, &number);
	int reason;

	if (!lane || !cell)
		return NOT_CONCERNED;
	reason = check_location(&s->work.subscription, candidate);
	if (!reason && s->work.reason_for_all == REASON_LANE_GONE)
		reason = REASON_LANE_GONE;
	if (!reason && s->work.subscription.policy)
		reason = rule(s, index);
	if (!reason && s->details[index].blocked)
		reason = REASON_MIXED_VERDICT;
	if (reason)
		return reason;
	return candidate->kind == CANDIDATE_DATAGRAM ? want_datagram(s, lane, candidate, index)
						     : want_stream(s, lane, cell, plan, candidate, index);
}

#endif
