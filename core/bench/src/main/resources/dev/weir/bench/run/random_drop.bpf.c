/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Drops at random. RandomDrop.java is the specification. */
#include <weir/policy.h>

WEIR_POLICY;

/* Words of struct weir_config. */
enum random_drop_config { SHARE, SEED };

WEIR_FILTER(object, lane, track, shared, config)
{
	__u64 x = track->words[0] ? track->words[0] : config->words[SEED];

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	track->words[0] = x;
	return x >> 32 < config->words[SHARE] ? WEIR_DROP(1) : WEIR_FORWARD;
}
