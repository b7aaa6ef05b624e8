/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Starts at an independent object, and drops what depends on something dropped. KeyframeGate.java is the specification. */
#include <weir/policy.h>

WEIR_POLICY;

/* In the order of KeyframeGate.REASONS. */
enum gate_reason { GATE_DEPENDENCY = 1, GATE_START, GATE_ROOM, GATE_SHARE };

/* Words of struct weir_config. */
enum gate_config { GATE_SHARE_PER_MILLE };

/* Words of struct weir_track_state; 1 to 3 are what the layers are closed until. */
enum gate_word { GATE_NEWEST = 4, GATE_STARTS };

enum { GATE_LAST_LAYER = 3, GATE_PRIORITIES_OF_LAYER = 64, GATE_PER_MILLE = 1000, GATE_REMEMBERED = 64 };

WEIR_OBJECT(object, payload, config)
{
	(void)payload;
	(void)config;
	object->layer = object->priority ? (object->priority - 1) / GATE_PRIORITIES_OF_LAYER : 0;
	object->is_independent = !object->object && !object->subgroup;
}

static __always_inline __u32 gate_layer(const struct weir_object *object)
{
	return object->layer > GATE_LAST_LAYER ? GATE_LAST_LAYER : object->layer;
}

static __always_inline __u64 greater(__u64 one, __u64 other)
{
	return one > other ? one : other;
}

/* Index until which an object of a layer is closed. */
static __always_inline __u64 closed_until(__u32 layer, const struct weir_track_state *track)
{
	return layer ? greater(track->drop_until, track->words[layer]) : track->drop_until;
}

static __always_inline int close_layer(const struct weir_object *object, struct weir_track_state *track, int reason)
{
	__u32 layer = gate_layer(object);
	__u64 until = object->index + 1 ? object->index + 1 : object->index;

	if (!layer)
		track->drop_until = greater(until, track->drop_until);
	for (__u32 above = 1; above <= GATE_LAST_LAYER; above++) {
		if (layer && above >= layer)
			track->words[above] = greater(until, track->words[above]);
	}
	return WEIR_DROP(reason);
}

static __always_inline int has_started(__u64 restart, const struct weir_track_state *track)
{
	__u64 back = track->words[GATE_NEWEST] - restart;

	if (!track->words[GATE_STARTS])
		return track->last_index + 1 > restart; /* ~0, nothing yet, becomes 0 */
	return back < GATE_REMEMBERED && track->words[GATE_STARTS] >> back & 1;
}

static __always_inline void note_start(__u64 index, struct weir_track_state *track)
{
	__u64 starts = track->words[GATE_STARTS], newest = track->words[GATE_NEWEST];

	if (starts && index <= newest) {
		if (newest - index < GATE_REMEMBERED)
			track->words[GATE_STARTS] = starts | 1ULL << (newest - index);
		return;
	}
	track->words[GATE_STARTS] = index - newest < GATE_REMEMBERED ? starts << (index - newest) | 1 : 1;
	track->words[GATE_NEWEST] = index;
}

static __always_inline int fits(const struct weir_object *object, const struct weir_lane *lane)
{
	__u64 room = 0;

	if (lane->bytes_in_flight < lane->congestion_window)
		room = lane->congestion_window - lane->bytes_in_flight;
	return object->size <= room;
}

WEIR_FILTER(object, lane, track, shared, config)
{
	__u32 layer = gate_layer(object);
	int dependent = !object->is_independent;

	(void)shared;
	if (dependent && object->restart < closed_until(layer, track))
		return close_layer(object, track, GATE_DEPENDENCY);
	if (dependent && !has_started(object->restart, track))
		return close_layer(object, track, GATE_START);
	if (!fits(object, lane))
		return close_layer(object, track, GATE_ROOM);
	if (dependent && layer &&
	    lane->bytes_in_flight * GATE_PER_MILLE > lane->congestion_window * config->words[GATE_SHARE_PER_MILLE])
		return close_layer(object, track, GATE_SHARE);
	if (!dependent)
		note_start(object->index, track);
	return WEIR_FORWARD;
}
