/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which device, addresses and MTU a datagram takes: the kernel's own answer, for the header template of a lane. */
#ifndef WEIR_RESOLVE_H
#define WEIR_RESOLVE_H

#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <weir/abi.h>
#include <weir/consts.h>

enum {
	FIB_LOOKUP_SOURCE = 1 << 4, /* BPF_FIB_LOOKUP_SRC, newer than the headers of Debian 12 */
	FAMILY_IPV4 = 2,
	FAMILY_IPV6 = 10,
};

static __always_inline void ask(struct route *route, struct bpf_fib_lookup *lookup)
{
	lookup->l4_protocol = PROTOCOL_UDP;
	if (route->family == 4) {
		lookup->family = FAMILY_IPV4;
		lookup->ipv4_src = route->source[0];
		lookup->ipv4_dst = route->destination[0];
		return;
	}
	lookup->family = FAMILY_IPV6;
	for (int i = 0; i < 4; i++) {
		lookup->ipv6_src[i] = route->source[i];
		lookup->ipv6_dst[i] = route->destination[i];
	}
}

static __always_inline void answer(struct route *route, const struct bpf_fib_lookup *lookup)
{
	route->ifindex = lookup->ifindex;
	route->mtu = lookup->mtu_result;
	if (route->family == 4)
		route->source[0] = lookup->ipv4_src;
	else
		for (int i = 0; i < 4; i++)
			route->source[i] = lookup->ipv6_src[i];
	__builtin_memcpy(route->source_mac, lookup->smac, sizeof(route->source_mac));
	__builtin_memcpy(route->destination_mac, lookup->dmac, sizeof(route->destination_mac));
}

static __always_inline int resolve(struct __sk_buff *skb)
{
	struct bpf_fib_lookup lookup = {};
	struct route route;

	if (bpf_skb_load_bytes(skb, ETHERNET_LENGTH, &route, sizeof(route)))
		return -1;
	__u32 has_source = route.source[0] | route.source[1] | route.source[2] | route.source[3];

	ask(&route, &lookup);
	lookup.ifindex = skb->ifindex;
	route.result = bpf_fib_lookup(skb, &lookup, sizeof(lookup), has_source ? 0 : FIB_LOOKUP_SOURCE);
	answer(&route, &lookup);
	return bpf_skb_store_bytes(skb, ETHERNET_LENGTH, &route, sizeof(route), 0);
}

#endif
