/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Spares lossy subscribers what is not urgent. LossGuard.java is the specification. */
#include <weir/policy.h>

WEIR_POLICY;

/* In the order of LossGuard.REASONS. */
enum guard_reason { GUARD_LOSS = 1 };

/* Words of struct weir_config, as in LossGuard.plan(). */
enum guard_config { GUARD_LIMIT, GUARD_LOSS_PER_MILLION, GUARD_HOLD_NS };

/* Words of struct weir_lane_state. */
enum guard_word { GUARD_UNTIL_NS };

WEIR_OBJECT(object, payload, config)
{
	(void)payload;
	(void)config;
	object->is_independent = !object->object && !object->subgroup;
	if (object->is_independent)
		object->priority = 0;
}

WEIR_FILTER(object, lane, track, shared, config)
{
	(void)track;
	if (lane->loss_per_million > config->words[GUARD_LOSS_PER_MILLION])
		shared->words[GUARD_UNTIL_NS] = lane->now_ns + config->words[GUARD_HOLD_NS];
	if (object->priority < config->words[GUARD_LIMIT] || shared->words[GUARD_UNTIL_NS] <= lane->now_ns)
		return WEIR_FORWARD;
	return WEIR_DROP(GUARD_LOSS);
}
