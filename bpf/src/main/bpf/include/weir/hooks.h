/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The hooks of policy programs. They are weak: an object that is linked with the data plane replaces those of its slot by
 * strong functions of the same names (policy.h). The default looks at nothing and leaves every decision to user space.
 */
#ifndef WEIR_HOOKS_H
#define WEIR_HOOKS_H

#include <weir/policy.h>

/* The asm keeps the arguments for the function that may replace this one, and callers from assuming the result. */
#define WEIR_HOOKS(slot)                                                                                          \
	__weak __attribute__((noinline)) int weir_object_slot_##slot(                                             \
		struct weir_object *object, const struct weir_payload *payload, const struct weir_config *config) \
	{                                                                                                         \
		int result = 0;                                                                                   \
                                                                                                                  \
		asm volatile("" : "+r"(result) : "r"(object), "r"(payload), "r"(config));                         \
		return result;                                                                                    \
	}                                                                                                         \
	__weak __attribute__((noinline)) int weir_filter_slot_##slot(                                             \
		const struct weir_object *object, const struct weir_lane *lane, struct weir_track_state *track,   \
		struct weir_lane_state *shared, const struct weir_config *config)                                 \
	{                                                                                                         \
		int result = VERDICT_DEFER;                                                                       \
                                                                                                                  \
		asm volatile("" : "+r"(result) : "r"(object), "r"(lane), "r"(track), "r"(shared), "r"(config));   \
		return result;                                                                                    \
	}

WEIR_HOOKS(01)
WEIR_HOOKS(02)
WEIR_HOOKS(03)
WEIR_HOOKS(04)
WEIR_HOOKS(05)
WEIR_HOOKS(06)
WEIR_HOOKS(07)
WEIR_HOOKS(08)

#define WEIR_OBJECT_CASE(number, slot) \
	case number:                   \
		return weir_object_slot_##slot(object, payload, config)

#define WEIR_FILTER_CASE(number, slot) \
	case number:                   \
		return weir_filter_slot_##slot(object, lane, track, shared, config)

static __always_inline int call_object_hook(__u32 program, struct weir_object *object,
					    const struct weir_payload *payload, const struct weir_config *config)
{
	switch (program) {
		WEIR_OBJECT_CASE(1, 01);
		WEIR_OBJECT_CASE(2, 02);
		WEIR_OBJECT_CASE(3, 03);
		WEIR_OBJECT_CASE(4, 04);
		WEIR_OBJECT_CASE(5, 05);
		WEIR_OBJECT_CASE(6, 06);
		WEIR_OBJECT_CASE(7, 07);
		WEIR_OBJECT_CASE(8, 08);
	}
	return 0;
}

static __always_inline int call_filter_hook(__u32 program, const struct weir_object *object,
					    const struct weir_lane *lane, struct weir_track_state *track,
					    struct weir_lane_state *shared, const struct weir_config *config)
{
	switch (program) {
		WEIR_FILTER_CASE(1, 01);
		WEIR_FILTER_CASE(2, 02);
		WEIR_FILTER_CASE(3, 03);
		WEIR_FILTER_CASE(4, 04);
		WEIR_FILTER_CASE(5, 05);
		WEIR_FILTER_CASE(6, 06);
		WEIR_FILTER_CASE(7, 07);
		WEIR_FILTER_CASE(8, 08);
	}
	return VERDICT_DEFER;
}

#endif
