/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The limit of priority follows the state of the connection. CongestionPriority.java is the specification. */
#include <weir/policy.h>

WEIR_POLICY;

/* In the order of CongestionPriority.REASONS. */
enum congestion_reason { CONGESTION_LIMIT = 1, CONGESTION_GAP };

/* Words of struct weir_config, in the order of Thresholds.words(). Limits are those of levels 0 to 3. */
enum congestion_config {
	ALWAYS_BELOW,
	DELAY_NS,
	JITTER_NS,
	ONSET_NS,
	RECOVERY_NS,
	LIMITS,
	FILLS = LIMITS + 4,
};

/* Words of struct weir_lane_state. */
enum congestion_lane_word { LEVEL, ABOVE_SINCE, BELOW_SINCE };

/* Word of struct weir_track_state. */
enum congestion_track_word { DROPPED };

enum { LAST_LEVEL = 3, PER_MILLE = 1000 };

static __always_inline __u32 fill_pressure(const struct weir_lane *lane, const struct weir_config *config)
{
	__u64 in_flight = lane->bytes_in_flight * PER_MILLE;
	__u32 pressure = 0;

	for (__u32 i = 0; i < LAST_LEVEL; i++)
		pressure += in_flight > lane->congestion_window * config->words[FILLS + i];
	return pressure;
}

static __always_inline __u32 delay_pressure(const struct weir_lane *lane, const struct weir_config *config)
{
	__u64 delay = lane->delay_ns, own_half = 0, tolerated = config->words[DELAY_NS];

	if (lane->smoothed_rtt_ns > delay)
		own_half = (lane->smoothed_rtt_ns - delay) >> 1;
	if (own_half > tolerated)
		tolerated = own_half;
	if (delay >> 3 > tolerated)
		return 3;
	if (delay >> 2 > tolerated)
		return 2;
	return delay > tolerated;
}

static __always_inline __u32 pressure_of(const struct weir_lane *lane, const struct weir_config *config)
{
	__u32 pressure, delayed, jittered = lane->jitter_ns > config->words[JITTER_NS];

	if (!lane->bytes_in_flight)
		return 0;
	pressure = fill_pressure(lane, config);
	delayed = delay_pressure(lane, config);
	if (delayed > pressure)
		pressure = delayed;
	return jittered > pressure ? jittered : pressure;
}

static __always_inline __u64 since(__u64 word, const struct weir_lane *lane)
{
	return word ? word : lane->now_ns;
}

static __always_inline __u32 move_level(const struct weir_lane *lane, struct weir_lane_state *shared,
					const struct weir_config *config)
{
	__u32 level = shared->words[LEVEL] & LAST_LEVEL, pressure = pressure_of(lane, config);
	__u64 above = pressure > level ? since(shared->words[ABOVE_SINCE], lane) : 0;
	__u64 below = pressure < level ? since(shared->words[BELOW_SINCE], lane) : 0;

	if (pressure > level && (__s64)(lane->now_ns - above) >= (__s64)(config->words[ONSET_NS] << 2 * level)) {
		level++;
		above = 0;
	} else if (pressure < level && (__s64)(lane->now_ns - below) >= (__s64)config->words[RECOVERY_NS]) {
		level--;
		below = 0;
	}
	shared->words[LEVEL] = level;
	shared->words[ABOVE_SINCE] = above;
	shared->words[BELOW_SINCE] = below;
	return level & LAST_LEVEL;
}

WEIR_FILTER(object, lane, track, shared, config)
{
	__u32 level = move_level(lane, shared, config);
	__u64 dropped = 0, mark = (__u64)object->priority + 1;
	__u64 until = object->index + 1 ? object->index + 1 : object->index;

	if (object->priority < config->words[ALWAYS_BELOW])
		return WEIR_FORWARD;
	if (object->restart < track->drop_until)
		dropped = track->words[DROPPED];
	int passes = object->priority < config->words[LIMITS + level];
	int is_most_urgent = !dropped || mark < dropped;

	if (passes && is_most_urgent)
		return WEIR_FORWARD;
	if (is_most_urgent)
		track->words[DROPPED] = mark;
	if (until > track->drop_until)
		track->drop_until = until;
	return passes ? WEIR_DROP(CONGESTION_GAP) : WEIR_DROP(CONGESTION_LIMIT);
}
