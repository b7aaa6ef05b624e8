/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The kernel's side of MyPolicyProvider.java: gives the same answers as the Java hooks, which a test compares. */
#include <weir/policy.h>

WEIR_POLICY;

/* Words of struct weir_config and reasons of WEIR_DROP, in the order in which MyPolicyProvider.java lists them. */
enum my_config { MY_LIMIT };
enum my_reason { MY_UNIMPORTANT = 1 };

WEIR_FILTER(object, lane, track, shared, config)
{
	return object->priority < config->words[MY_LIMIT] ? WEIR_FORWARD : WEIR_DROP(MY_UNIMPORTANT);
}
