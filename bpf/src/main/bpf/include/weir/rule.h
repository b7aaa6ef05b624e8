/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Asking a policy, whatever it is: what an object is, and whether a lane gets it. */
#ifndef WEIR_RULE_H
#define WEIR_RULE_H

#include <weir/hooks.h>
#include <weir/table.h>

/* Once per object and policy: what the policy makes of it. */
static __always_inline void look_at_object(struct weir_object *object, const struct weir_payload *payload,
					   const struct policy *policy)
{
	if (policy->kind == POLICY_TABLE)
		table_look(object, policy);
	if (policy->kind == POLICY_PROGRAM && policy->flags & POLICY_LOOKS_AT_OBJECTS)
		call_object_hook(policy->program, object, payload, &policy->config);
	if (object->restart > object->index)
		object->index = object->restart = object->group;
}

static __always_inline int ask_policy(const struct weir_object *object, const struct weir_lane *lane,
				      struct weir_track_state *track, struct weir_lane_state *shared,
				      const struct policy *policy)
{
	if (policy->kind == POLICY_TABLE)
		return table_filter(object, lane, shared, policy);
	if (policy->kind == POLICY_PROGRAM)
		return call_filter_hook(policy->program, object, lane, track, shared, &policy->config);
	return VERDICT_DEFER;
}

/* Any int that a program may return, as what a record says. */
static __always_inline __u32 ruling_of(int verdict)
{
	__u32 reason = (__u32)verdict >> 8;

	if (verdict == VERDICT_FORWARD)
		return RULING_FORWARD;
	if ((verdict & 0xff) != VERDICT_DROP)
		return RULING_NONE;
	return reason >= 1 && reason <= RULING_LAST_REASON ? reason : RULING_LAST_REASON;
}

/* The object with the highest index counts, in whatever order they come. */
static __always_inline void remember_forwarded(struct weir_track_state *track, const struct weir_object *object)
{
	if (track->last_index + 1 <= object->index) /* ~0, nothing yet, becomes 0 */
		track->last_index = object->index;
}

#endif
