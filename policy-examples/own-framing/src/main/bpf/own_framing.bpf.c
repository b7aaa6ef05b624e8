/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Starts at a snapshot, and can leave details out. SnapshotPolicy.java is the specification. */
#include <weir/policy.h>

WEIR_POLICY;

/* The payload begins with a type and a sequence number of four bytes. */
enum payload_type { TYPE_SNAPSHOT = 1, TYPE_CHANGE, TYPE_DETAIL };
enum { HEADER_BYTES = 5 };

/* In the order of SnapshotPolicy.REASONS. */
enum own_reason { OWN_LAYER = 1, OWN_START };

/* Words of struct weir_config. */
enum own_config { OWN_HIGHEST_LAYER };

WEIR_OBJECT(object, payload, config)
{
	const __u8 *bytes = payload->bytes;

	(void)config;
	object->layer = 0;
	object->is_independent = 1;
	if (payload->length < HEADER_BYTES || bytes[0] < TYPE_SNAPSHOT || bytes[0] > TYPE_DETAIL)
		return;
	object->layer = bytes[0] - TYPE_SNAPSHOT;
	object->is_independent = bytes[0] == TYPE_SNAPSHOT;
	object->picture = (__u32)bytes[1] << 24 | bytes[2] << 16 | bytes[3] << 8 | bytes[4];
}

WEIR_FILTER(object, lane, track, shared, config)
{
	(void)lane;
	(void)shared;
	if (object->layer > config->words[OWN_HIGHEST_LAYER])
		return WEIR_DROP(OWN_LAYER);
	if (!object->is_independent && track->last_index == ~0ULL)
		return WEIR_DROP(OWN_START);
	return WEIR_FORWARD;
}
