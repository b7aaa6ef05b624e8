/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a VP8 payload is, from its descriptor, and how many temporal layers each lane class gets. */
#include "layer_limits.h"
#include "vp8_payload.h"

WEIR_POLICY;

WEIR_OBJECT(object, payload, config)
{
	struct vp8_frame frame;

	(void)config;
	if (!parse_vp8(payload, 0, &frame))
		return;
	object->picture = frame.picture;
	object->layer = frame.layer;
	object->is_independent = frame.is_independent;
}

WEIR_FILTER(object, lane, track, shared, config)
{
	(void)track;
	(void)shared;
	return limit_layers(object, lane, config);
}
