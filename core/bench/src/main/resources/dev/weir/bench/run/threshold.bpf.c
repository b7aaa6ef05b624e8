/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Lets everything pass whose priority is below the first word. */
#include <weir/policy.h>

WEIR_POLICY;

WEIR_FILTER(object, lane, track, shared, config)
{
	return object->priority < config->words[0] ? WEIR_FORWARD : WEIR_DROP(1);
}
