/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Step 6, the policy's part: for a candidate and the lane in s->work. A policy looks at an object once per packet and is
 * asked once per lane; what it said goes into the record, so that user space does not ask again.
 */
#ifndef WEIR_RULINGS_H
#define WEIR_RULINGS_H

#include <weir/maps.h>
#include <weir/parse_moqt.h>
#include <weir/rule.h>

/* The first bytes of the object's payload; zeros behind its end. */
static __always_inline void take_payload(struct scratch *s, const struct candidate_detail *detail)
{
	__u32 start = detail->payload_start, length = detail->payload_length;

	if (start > WEIR_LIMIT_PLAINTEXT)
		start = length = 0;
	if (length > WEIR_LIMIT_PAYLOAD)
		length = WEIR_LIMIT_PAYLOAD;
	s->payload.length = length;
	for (__u32 i = 0; i < WEIR_LIMIT_PAYLOAD / 8; i++) {
		__u64 word = *(const __u64 *)(s->opened.bytes + start + 8 * i);
		__u32 from = 8 * i;

		if (length <= from)
			word = 0;
		else if (length - from < 8)
			word &= ~0ULL >> (64 - 8 * (length - from));
		*(__u64 *)(s->payload.bytes + from) = word;
	}
}

static __always_inline void describe_object(const struct scratch *s, const struct candidate *candidate,
					    const struct candidate_detail *detail, struct weir_object *object)
{
	int is_stream = candidate->kind == CANDIDATE_STREAM;
	int is_named_by_object = (candidate->type & SUBGROUP_ID_BITS) != SUBGROUP_ID_EXPLICIT &&
				 (candidate->type & SUBGROUP_ID_BITS);

	__builtin_memset(object, 0, sizeof(*object));
	object->group = object->index = object->restart = candidate->group;
	object->object = detail->object;
	if (is_stream)
		object->subgroup = is_named_by_object ? detail->object : candidate->object;
	object->arrived_ns = s->packet.time_ns;
	object->size = is_stream ? 0 : candidate->length;
	object->mode = candidate->kind;
	object->picture = ~0ULL;
	object->priority = candidate->priority;
	object->is_independent = !detail->object;
}

/* Candidate number index as the policy sees it, in s->objects. */
__noinline int look(struct scratch *s, __u32 policy_index, __u32 index)
{
	if (!s || index >= WEIR_LIMIT_CANDIDATES)
		return 1;
	struct policy *policy = bpf_map_lookup_elem(&policies, &policy_index);
	struct weir_object *object = &s->objects[index];

	if (!policy)
		return 1;
	describe_object(s, &s->record.candidates[index], &s->details[index], object);
	if (policy->flags & POLICY_LOOKS_AT_OBJECTS)
		take_payload(s, &s->details[index]);
	look_at_object(object, &s->payload, policy);
	return 0;
}

static __always_inline void view_lane(struct scratch *s)
{
	__u32 number = s->work.subscription.lane;
	struct credit *cell = bpf_map_lookup_elem(&credit, &number);
	struct measure *measure = bpf_map_lookup_elem(&measures, &number);
	struct weir_lane *lane = &s->lane;

	if (!cell || !measure)
		return;
	lane->now_ns = s->packet.time_ns;
	lane->congestion_window = cell->congestion_window;
	lane->bytes_in_flight = cell->bytes_in_flight;
	lane->sent_bytes = cell->sent_bytes;
	lane->smoothed_rtt_ns = measure->smoothed_rtt_ns;
	lane->delay_ns = measure->delay_ns;
	lane->jitter_ns = measure->jitter_ns;
	lane->loss_per_million = measure->loss_per_million;
	lane->lane_class = measure->lane_class & (WEIR_LIMIT_LANE_CLASSES - 1);
	lane->subscriber_priority = s->work.subscription.priority;
	s->work.has_view = 1;
}

/* Asks the lane's policy about candidate number index, whose object it has looked at. Returns enum weir_ruling. */
__noinline int ask(struct scratch *s, __u32 index)
{
	if (!s || index >= WEIR_LIMIT_CANDIDATES)
		return RULING_NONE;
	__u32 policy_index = s->work.subscription.policy, memory = s->work.subscription.memory;
	__u32 shared_index = policy_index * WEIR_LIMIT_LANES + s->work.subscription.lane;
	struct policy *policy = bpf_map_lookup_elem(&policies, &policy_index);
	struct weir_track_state *track = bpf_map_lookup_elem(&track_memories, &memory);
	struct weir_lane_state *shared = bpf_map_lookup_elem(&lane_memories, &shared_index);

	if (!policy || !track || !shared || !memory)
		return RULING_NONE;
	if (!s->work.has_view)
		view_lane(s);
	__u32 ruling = ruling_of(ask_policy(&s->objects[index], &s->lane, track, shared, policy));

	if (ruling == RULING_FORWARD)
		remember_forwarded(track, &s->objects[index]);
	return ruling;
}

/* What the lane's policy says of candidate number index: a reason, 0 to forward it. */
static __always_inline int rule(struct scratch *s, __u32 index)
{
	const struct candidate *candidate = &s->record.candidates[index];
	__u32 policy = s->work.subscription.policy;

	if (candidate->kind == CANDIDATE_STREAM && !(candidate->flags & CANDIDATE_HEADER))
		return REASON_NONE; /* a stream that has begun goes on (no holes) */
	if (s->looked_policy != policy) {
		s->looked_policy = policy;
		s->looked_mask = 0;
	}
	if (!(s->looked_mask >> index & 1)) {
		look(s, policy, index);
		s->looked_mask |= 1 << index;
	}
	__u64 ruling = ask(s, index);

	s->work.rulings |= (ruling & 15) << (RULING_BITS * index);
	if (ruling == RULING_FORWARD)
		return REASON_NONE;
	return ruling == RULING_NONE ? REASON_POLICY_DEFER : REASON_POLICY;
}

#endif
