/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The stock program: policies that are tables (dev.weir.spi.plan.MapEntries). Integer for integer what the Java class
 * RuleFilter does; the conformance test compares them.
 */
#ifndef WEIR_TABLE_H
#define WEIR_TABLE_H

#include <weir/policy.h>

/* In the order of MapEntries.REASONS. */
enum table_reason {
	TABLE_LAYER = 1,
	TABLE_GROUP,
	TABLE_AGE,
	TABLE_PRIORITY,
	TABLE_BUDGET,
};

/* Words of struct weir_lane_state: the token bucket. */
enum table_word { BUCKET_FILLED_AT, BUCKET_TOKENS, BUCKET_SENT };

enum { TABLE_STEPS = 16 };

#define TABLE_SECOND 1000000000ULL
/* A bucket is full after this long, whatever its size: keeps the product with the rate within 64 bits. */
#define TABLE_LONGEST_REFILL (4 * TABLE_SECOND)

static __always_inline void table_look(struct weir_object *object, const struct policy *policy)
{
	__u8 priority = object->priority;

	object->layer = policy->layers[priority];
	if (policy->flags & POLICY_LAYER_IS_SUBGROUP && object->mode == CANDIDATE_STREAM)
		object->layer = object->subgroup > 255 ? 255 : object->subgroup;
	object->priority = policy->priorities[priority];
}

/* Sixteenths of the congestion window in flight, 0 to 15. */
static __always_inline __u32 table_fill(const struct weir_lane *lane)
{
	if (!lane->congestion_window)
		return TABLE_STEPS - 1;
	__u64 sixteenths = lane->bytes_in_flight * TABLE_STEPS / lane->congestion_window;

	return sixteenths > TABLE_STEPS - 1 ? TABLE_STEPS - 1 : sixteenths;
}

/* Tokens in the lane's bucket now; negative while what was sent is not yet paid for. */
static __always_inline __s64 table_refill(const struct policy_rule *rule, const struct weir_lane *lane,
					  struct weir_lane_state *shared)
{
	__u64 filled_at = shared->words[BUCKET_FILLED_AT], now = lane->now_ns;
	__s64 elapsed = now - filled_at, tokens, burst = rule->burst;

	if (!filled_at || elapsed < 0 || elapsed > (__s64)TABLE_LONGEST_REFILL) {
		tokens = burst;
		filled_at = now;
	} else {
		/* Time moves on by whole bytes only, so that frequent questions lose nothing to rounding. */
		__u64 gained = (__u64)elapsed * rule->bytes_per_second / TABLE_SECOND;

		tokens = shared->words[BUCKET_TOKENS] + gained - (lane->sent_bytes - shared->words[BUCKET_SENT]);
		filled_at += gained * TABLE_SECOND / rule->bytes_per_second;
		if (tokens >= burst) {
			tokens = burst;
			filled_at = now;
		}
	}
	shared->words[BUCKET_FILLED_AT] = filled_at;
	shared->words[BUCKET_TOKENS] = tokens;
	shared->words[BUCKET_SENT] = lane->sent_bytes;
	return tokens;
}

static __always_inline int table_filter(const struct weir_object *object, const struct weir_lane *lane,
					struct weir_lane_state *shared, const struct policy *policy)
{
	const struct policy_rule *rule = &policy->rules[lane->lane_class & (WEIR_LIMIT_LANE_CLASSES - 1)];

	if (object->layer >= rule->layers)
		return WEIR_DROP(TABLE_LAYER);
	if (rule->group_step > 1 && object->group % rule->group_step)
		return WEIR_DROP(TABLE_GROUP);
	if (rule->max_age_ns && (__s64)(lane->now_ns - object->arrived_ns) > (__s64)rule->max_age_ns)
		return WEIR_DROP(TABLE_AGE);
	if (object->priority >= rule->limits[table_fill(lane) & (TABLE_STEPS - 1)])
		return WEIR_DROP(TABLE_PRIORITY);
	if (rule->bytes_per_second) {
		__s64 reserve = rule->burst * object->priority / 512;

		if (table_refill(rule, lane, shared) - (__s64)object->size < reserve)
			return WEIR_DROP(TABLE_BUDGET);
	}
	return WEIR_FORWARD;
}

#endif
