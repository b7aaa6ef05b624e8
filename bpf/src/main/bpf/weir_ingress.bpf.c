/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <weir/consts.h>
#include <weir/maps.h>

const volatile __u32 weir_abi = WEIR_ABI_VERSION;

SEC("tc")
int weir_ingress(struct __sk_buff *skb)
{
	(void)skb;
	return TCX_VERDICT_NEXT;
}

/* Bound to the one device and one call that user space asks with; see struct route. */
SEC("tc")
int weir_resolve(struct __sk_buff *skb)
{
	(void)skb;
	return TCX_VERDICT_NEXT;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
