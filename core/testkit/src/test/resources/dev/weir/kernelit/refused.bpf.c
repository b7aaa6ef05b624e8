/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A program that the verifier must refuse: it reads from an address that it was not given. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("tc")
int read_anywhere(struct __sk_buff *skb)
{
	return *(volatile int *)(unsigned long)skb->mark;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
