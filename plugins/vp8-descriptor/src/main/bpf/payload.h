/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Reading an object's first bytes one by one. */
#ifndef WEIR_PLUGINS_PAYLOAD_H
#define WEIR_PLUGINS_PAYLOAD_H

#include <weir/policy.h>

/* The byte at *at, which moves on; -1 behind the end. The mask tells the verifier what the length implies. */
static __always_inline int next_byte(const struct weir_payload *payload, __u32 *at)
{
	__u32 here = *at;

	if (here >= payload->length)
		return -1;
	*at = here + 1;
	return payload->bytes[here & (WEIR_LIMIT_PAYLOAD - 1)];
}

#endif
