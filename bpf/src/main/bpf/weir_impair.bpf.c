/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * For tests: an unkind network at one end of a veth pair. Loss, bursts, duplicates and damage are a function of the
 * seed and of the packet's ordinal at this device, so the same seed and the same packets meet the same fate; black
 * holes follow the clock.
 */
#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <weir/abi.h>
#include <weir/consts.h>
#include <weir/headers.h>
#include <weir/impair.h>

const volatile __u32 weir_abi = WEIR_ABI_VERSION;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct impair);
} impair SEC(".maps");

enum draw { DRAW_LOSS = 1, DRAW_DUPLICATE, DRAW_CORRUPT, DRAW_PLACE };

/* Where the UDP header is, and how much it carries. */
struct place {
	__u32 udp;
	__u32 payload;
};

/* splitmix64: https://prng.di.unimi.it/splitmix64.c */
static __always_inline __u64 draw(__u64 seed, __u64 ordinal, enum draw what)
{
	__u64 z = seed + (ordinal * 4 + what) * 0x9e3779b97f4a7c15ULL;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

static __always_inline bool happens(const struct impair_config *config, __u64 ordinal, enum draw what, __u32 rate)
{
	return draw(config->seed, ordinal, what) % IMPAIR_PER_MILLION < rate;
}

static __always_inline bool find_udp(struct __sk_buff *skb, struct place *place)
{
	struct ipv4_header ip;
	__u8 next_header;

	if (skb->protocol == bpf_htons(ETHERTYPE_IPV4)) {
		if (bpf_skb_load_bytes(skb, ETHERNET_LENGTH, &ip, sizeof(ip)) || ip.protocol != PROTOCOL_UDP)
			return false;
		place->udp = ETHERNET_LENGTH + (ip.version_and_words & 15) * 4;
	} else if (skb->protocol == bpf_htons(ETHERTYPE_IPV6)) {
		if (bpf_skb_load_bytes(skb, ETHERNET_LENGTH + 6, &next_header, 1) || next_header != PROTOCOL_UDP)
			return false;
		place->udp = ETHERNET_LENGTH + IPV6_LENGTH;
	} else {
		return false;
	}
	if (skb->len < place->udp + UDP_LENGTH + 1)
		return false;
	place->payload = skb->len - place->udp - UDP_LENGTH;
	return true;
}

static __always_inline bool concerns(struct __sk_buff *skb, const struct impair_config *config,
				     const struct place *place)
{
	struct udp_header udp;
	__u8 first;

	if (place->payload < config->minimum || bpf_skb_load_bytes(skb, place->udp, &udp, sizeof(udp)) ||
	    bpf_skb_load_bytes(skb, place->udp + UDP_LENGTH, &first, 1))
		return false;
	if (config->port && udp.source != bpf_htons(config->port) && udp.destination != bpf_htons(config->port))
		return false;
	return !(config->flags & IMPAIR_SHORT_ONLY) || (first & QUIC_FORM_BITS) == QUIC_SHORT_FORM;
}

/* Whether this packet, or one shortly before it, begins a burst that reaches to here. */
static __always_inline bool is_lost(const struct impair_config *config, __u64 ordinal)
{
	for (__u32 back = 0; back < IMPAIR_BURST_MAX; back++) {
		if (back >= config->loss_burst || back > ordinal)
			break;
		if (happens(config, ordinal - back, DRAW_LOSS, config->loss_start))
			return true;
	}
	return false;
}

static __always_inline bool is_blackholed(const struct impair_config *config)
{
	__u64 since = bpf_ktime_get_ns() - config->blackhole_start_ns;

	return config->blackhole_length_ns && config->blackhole_period_ns &&
	       since % config->blackhole_period_ns < config->blackhole_length_ns;
}

/*
 * Turns one bit over. The UDP checksum is put right, so that the damage is QUIC's to find: a wrong checksum would be a
 * packet that the receiver's stack drops, and that is loss.
 */
static __always_inline bool damage(struct __sk_buff *skb, const struct impair_config *config, const struct place *place,
				   __u64 ordinal)
{
	__u64 random = draw(config->seed, ordinal, DRAW_PLACE);
	__u32 offset = place->udp + UDP_LENGTH + (random >> 8) % place->payload / 2 * 2;
	__be16 before, after;

	if (bpf_skb_load_bytes(skb, offset, &before, sizeof(before)))
		return false;
	after = before ^
		bpf_htons(0x100 << (random & 7)); /* in the first of the two: the second may lie behind the end */
	return !bpf_skb_store_bytes(skb, offset, &after, sizeof(after), 0) &&
	       !bpf_l4_csum_replace(skb, place->udp + 6, before, after, BPF_F_MARK_MANGLED_0 | sizeof(after));
}

static __always_inline void duplicate(struct __sk_buff *skb, struct impair *state)
{
	skb->mark = IMPAIR_MARK;
	if (!bpf_clone_redirect(skb, state->config.ifindex, state->config.flags & IMPAIR_EGRESS ? 0 : BPF_F_INGRESS))
		__sync_fetch_and_add(&state->counts.duplicated, 1);
	skb->mark = 0;
}

SEC("tc")
int weir_impair(struct __sk_buff *skb)
{
	struct place place = {};
	__u32 zero = 0;
	struct impair *state = bpf_map_lookup_elem(&impair, &zero);
	struct impair_config *config;
	__u64 ordinal;

	if (!state)
		return TCX_VERDICT_NEXT;
	config = &state->config;
	if (!find_udp(skb, &place) || !concerns(skb, config, &place))
		return TCX_VERDICT_NEXT;
	/* Looked at only here: the mark may be that of another impairer at the same hook, for packets of other ports. */
	if (skb->mark == IMPAIR_MARK) {
		skb->mark = 0;
		return TCX_VERDICT_NEXT;
	}
	ordinal = __sync_fetch_and_add(&state->counts.seen, 1);
	if (skb->gso_size)
		__sync_fetch_and_add(&state->counts.segmented, 1);
	if (is_blackholed(config)) {
		__sync_fetch_and_add(&state->counts.blackholed, 1);
		return TCX_VERDICT_DROP;
	}
	if (is_lost(config, ordinal)) {
		__sync_fetch_and_add(&state->counts.lost, 1);
		return TCX_VERDICT_DROP;
	}
	__sync_fetch_and_add(&state->counts.passed, 1);
	if (happens(config, ordinal, DRAW_CORRUPT, config->corrupt) && damage(skb, config, &place, ordinal))
		__sync_fetch_and_add(&state->counts.corrupted, 1);
	if (happens(config, ordinal, DRAW_DUPLICATE, config->duplicate))
		duplicate(skb, state);
	return TCX_VERDICT_NEXT;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
