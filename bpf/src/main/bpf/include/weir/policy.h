/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * For authors of policies: what a policy's own BPF object is made of. See docs/guides/write-a-policy.md.
 *
 *	#include <weir/policy.h>
 *
 *	WEIR_POLICY;
 *
 *	WEIR_FILTER(object, lane, track, shared, config)
 *	{
 *		return object->priority < config->words[0] ? WEIR_FORWARD : WEIR_DROP(1);
 *	}
 *
 * The names contain "slot_00", which Weir replaces by the number of the slot that it links the object into; so eight
 * objects with the same hooks can be in force at a time. An object's own functions are static; it has no maps but what
 * the arguments point to. Build: clang -O2 -g -target bpf -mcpu=v3 -I<weir's include folder> -c x.bpf.c -o x.bpf.o
 */
#ifndef WEIR_POLICY_H
#define WEIR_POLICY_H

#include <linux/types.h>
#include <bpf/bpf_helpers.h>
#include <weir/abi.h>

/* What WEIR_FILTER returns. Reasons are 1 to 14; the policy's Java class names them. */
#define WEIR_FORWARD VERDICT_FORWARD
#define WEIR_DEFER VERDICT_DEFER
#define WEIR_DROP(reason) (VERDICT_DROP | (reason) << 8)

/* Says which policy.h the object was built against. Once per object. */
#define WEIR_POLICY                                                    \
	const volatile __u32 weir_policy_abi_slot_00 = WEIR_ABI_POLICY; \
	char LICENSE[] SEC("license") = "Dual BSD/GPL"

/*
 * Looks at an object, once per packet and policy: may set index, restart, picture, priority, layer and is_independent.
 * struct weir_object *, const struct weir_payload *, const struct weir_config *. Returns nothing.
 */
#define WEIR_OBJECT(object, payload, config)                                                          \
	static __always_inline void weir_look(struct weir_object *, const struct weir_payload *,       \
					      const struct weir_config *);                             \
	__attribute__((noinline)) int weir_object_slot_00(struct weir_object *looked_at,               \
							  const struct weir_payload *beginning,        \
							  const struct weir_config *configured)        \
	{                                                                                              \
		if (!looked_at || !beginning || !configured)                                           \
			return 1;                                                                      \
		weir_look(looked_at, beginning, configured);                                           \
		return 0;                                                                              \
	}                                                                                              \
	static __always_inline void weir_look(struct weir_object *object, const struct weir_payload *payload, \
					      const struct weir_config *config)

/*
 * Decides about an object and a lane: const struct weir_object *, const struct weir_lane *, struct weir_track_state *,
 * struct weir_lane_state *, const struct weir_config *. Returns WEIR_FORWARD, WEIR_DROP(reason) or WEIR_DEFER.
 */
#define WEIR_FILTER(object, lane, track, shared, config)                                                \
	static __always_inline int weir_decide(const struct weir_object *, const struct weir_lane *,    \
					       struct weir_track_state *, struct weir_lane_state *,     \
					       const struct weir_config *);                             \
	__attribute__((noinline)) int weir_filter_slot_00(                                              \
		const struct weir_object *decided, const struct weir_lane *subscriber,                  \
		struct weir_track_state *remembered, struct weir_lane_state *common,                    \
		const struct weir_config *configured)                                                   \
	{                                                                                               \
		if (!decided || !subscriber || !remembered || !common || !configured)                   \
			return WEIR_DEFER;                                                              \
		return weir_decide(decided, subscriber, remembered, common, configured);                \
	}                                                                                               \
	static __always_inline int weir_decide(const struct weir_object *object, const struct weir_lane *lane, \
					       struct weir_track_state *track,                          \
					       struct weir_lane_state *shared,                          \
					       const struct weir_config *config)

#endif
