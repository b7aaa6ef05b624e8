/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How many layers each lane class gets: words 0 to 15 of struct weir_config, by lane class. As LayerLimits.java. */
#ifndef WEIR_PLUGINS_LAYER_LIMITS_H
#define WEIR_PLUGINS_LAYER_LIMITS_H

#include <weir/policy.h>

/* In the order of LayerLimits.REASONS. */
enum layer_reason { LAYER_LIMIT = 1 };

static __always_inline int limit_layers(const struct weir_object *object, const struct weir_lane *lane,
					const struct weir_config *config)
{
	__u64 layers = config->words[lane->lane_class & (WEIR_LIMIT_LANE_CLASSES - 1)];

	return object->layer < layers ? WEIR_FORWARD : WEIR_DROP(LAYER_LIMIT);
}

#endif
