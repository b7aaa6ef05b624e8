/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Puts questions to policies without a packet: a program's own vectors before it is put in force, and the conformance
 * test. Run by BPF_PROG_TEST_RUN; the first four bytes behind the Ethernet header say how many of policy_cases.
 */
#ifndef WEIR_CHECK_H
#define WEIR_CHECK_H

#include <weir/consts.h>
#include <weir/maps.h>
#include <weir/rule.h>

static int answer(__u32 index, void *unused)
{
	struct policy_case *question = bpf_map_lookup_elem(&policy_cases, &index);

	(void)unused;
	if (!question)
		return 1;
	__u32 number = question->policy;
	struct policy *policy = bpf_map_lookup_elem(&policies, &number);

	if (!policy)
		return 1;
	look_at_object(&question->object, &question->payload, policy);
	question->verdict =
		ask_policy(&question->object, &question->lane, &question->track, &question->shared, policy);
	if (ruling_of(question->verdict) == RULING_FORWARD)
		remember_forwarded(&question->track, &question->object);
	return 0;
}

SEC("tc")
int weir_policy_check(struct __sk_buff *skb)
{
	__u32 cases = 0;

	if (bpf_skb_load_bytes(skb, ETHERNET_LENGTH, &cases, sizeof(cases)))
		return 0;
	if (cases > WEIR_LIMIT_POLICY_CASES)
		cases = WEIR_LIMIT_POLICY_CASES;
	return bpf_loop(cases, answer, NULL, 0);
}

#endif
