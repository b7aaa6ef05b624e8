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
	LIMITS,
	FILLS = LIMITS + 4,
};

/* Words of struct weir_track_state. LEVEL: the level, and above its bits since when pressure is above it. */
enum congestion_track_word { DROPPED, LEVEL };

enum { LAST_LEVEL = 3, LEVEL_BITS = 2, PER_MILLE = 1000 };

static __always_inline __u32 fill_pressure(const struct weir_lane *lane, const struct weir_config *config,
					   int doublings)
{
	__u64 in_flight = lane->bytes_in_flight * PER_MILLE << doublings;
	__u32 pressure = 0;

	for (__u32 i = 0; i < LAST_LEVEL; i++) {
		if (in_flight <= lane->congestion_window * config->words[FILLS + i])
			break;
		pressure++;
	}
	return pressure;
}

/* Without a product that could be too large. */
static __always_inline int is_above_thrice(__u64 value, __u64 limit)
{
	return value > limit && (value - limit) >> 1 > limit;
}

static __always_inline __u32 delay_pressure(const struct weir_lane *lane, const struct weir_config *config,
					    int doublings)
{
	__u64 delay = lane->delay_ns, own_half = 0, tolerated = config->words[DELAY_NS];

	/* What is tolerated is this at least: seldom is there more to look at. */
	if (delay <= tolerated >> doublings)
		return 0;
	if (lane->smoothed_rtt_ns > delay)
		own_half = (lane->smoothed_rtt_ns - delay) >> 1;
	if (own_half > tolerated)
		tolerated = own_half;
	tolerated >>= doublings;
	if (is_above_thrice(delay >> 1, tolerated))
		return 3;
	if (is_above_thrice(delay, tolerated))
		return 2;
	return delay > tolerated;
}

/* delayed: what delay_pressure() says. */
static __always_inline __u32 pressure_of(const struct weir_lane *lane, const struct weir_config *config, __u32 delayed,
					 int doublings)
{
	__u32 filled = fill_pressure(lane, config, doublings);
	__u32 jittered = lane->jitter_ns > config->words[JITTER_NS] >> doublings;

	if (delayed > filled)
		filled = delayed;
	return jittered > filled ? jittered : filled;
}

static __always_inline __u32 move_level(const struct weir_lane *lane, struct weir_track_state *track,
					const struct weir_config *config)
{
	__u64 word = track->words[LEVEL], now = lane->now_ns << LEVEL_BITS, since = 0;
	__u32 level = word & LAST_LEVEL, delayed = 0, pressure = 0;

	if (lane->bytes_in_flight) {
		delayed = delay_pressure(lane, config, 0);
		pressure = pressure_of(lane, config, delayed, 0);
	}
	if (pressure > level) {
		since = word >> LEVEL_BITS ? word & ~(__u64)LAST_LEVEL : now;
		if (delayed > level ||
		    (__s64)(now - since) >> LEVEL_BITS >= (__s64)(config->words[ONSET_NS] << 2 * level)) {
			level = delayed > level ? delayed : level + 1;
			since = 0;
		}
	} else if (pressure < level) {
		__u32 relaxed =
			lane->bytes_in_flight ? pressure_of(lane, config, delay_pressure(lane, config, 1), 1) : 0;

		level = relaxed < level ? relaxed : level;
	}
	track->words[LEVEL] = since | level;
	return level & LAST_LEVEL;
}

/* The whole of it. A function of its own, so that what is decided mostly needs few registers. */
static __attribute__((noinline)) int judge(const struct weir_object *object, const struct weir_lane *lane,
					   struct weir_track_state *track, const struct weir_config *config)
{
	__u32 level = move_level(lane, track, config);
	__u64 dropped = object->restart < track->drop_until ? track->words[DROPPED] : 0;
	__u64 mark = (__u64)object->priority + 1, until = object->index + 1 ? object->index + 1 : object->index;
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

/* True only if the pressure is 0. */
static __always_inline int is_calm(const struct weir_lane *lane, const struct weir_config *config)
{
	return lane->bytes_in_flight * PER_MILLE <= lane->congestion_window * config->words[FILLS] &&
	       lane->delay_ns <= config->words[DELAY_NS] && lane->jitter_ns <= config->words[JITTER_NS];
}

WEIR_FILTER(object, lane, track, shared, config)
{
	(void)shared;
	if (object->priority < config->words[ALWAYS_BELOW])
		return WEIR_FORWARD;
	/* As a rule nothing is wrong and nothing was: then all of it comes to this. */
	if (is_calm(lane, config) && !track->words[LEVEL] && object->restart >= track->drop_until)
		return WEIR_FORWARD;
	return judge(object, lane, track, config);
}
