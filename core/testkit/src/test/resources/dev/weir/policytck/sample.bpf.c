/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A policy that uses everything there is. SamplePolicy.java is the specification; the tests break it line by line. */
#include <weir/policy.h>

WEIR_POLICY;

enum { GAP = 1, CLOSED };

/* Words of struct weir_config. */
enum { PRIORITY_STEP, OPEN_EIGHTHS, RECOVERY_NS, LIMIT };

/* Words of struct weir_lane_state and of struct weir_track_state. */
enum { IS_CLOSED, CLOSED_AT };
enum { DROPS };

WEIR_OBJECT(object, payload, config)
{
	__u8 first = payload->bytes[0];

	if (payload->length >= 2 && first & 0x80) {
		object->layer = first & 7;
		object->is_independent = !(first & 8);
		object->picture = payload->bytes[1];
		if (first & 16 && payload->length >= 4)
			object->picture = payload->bytes[2] << 8 | payload->bytes[3];
	}
	if (!object->is_independent && object->group)
		object->restart = object->group - 1;
	__u64 priority = object->priority + object->layer * config->words[PRIORITY_STEP];

	object->priority = priority > 255 ? 255 : priority;
}

static __always_inline int is_closed(const struct weir_lane *lane, struct weir_lane_state *shared,
				     const struct weir_config *config)
{
	__u64 eighths = lane->bytes_in_flight * 8, window = lane->congestion_window;

	if (eighths > window * 7) {
		shared->words[IS_CLOSED] = 1;
		shared->words[CLOSED_AT] = lane->now_ns;
	} else if (eighths < window * config->words[OPEN_EIGHTHS] &&
		   (__s64)(lane->now_ns - shared->words[CLOSED_AT]) >= (__s64)config->words[RECOVERY_NS]) {
		shared->words[IS_CLOSED] = 0;
	}
	return shared->words[IS_CLOSED];
}

WEIR_FILTER(object, lane, track, shared, config)
{
	if (lane->loss_per_million > 500000)
		return WEIR_DEFER;
	if (object->restart < track->drop_until && !object->is_independent)
		return WEIR_DROP(GAP);
	if (is_closed(lane, shared, config) && object->priority >= config->words[LIMIT]) {
		track->words[DROPS]++;
		track->drop_until = object->index + 1;
		return WEIR_DROP(CLOSED);
	}
	return WEIR_FORWARD;
}
