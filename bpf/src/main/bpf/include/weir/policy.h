/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The policy's hooks. They are weak: an object that is linked with the data plane replaces them by strong functions of
 * the same names. These here are the default policy.
 */
#ifndef WEIR_POLICY_H
#define WEIR_POLICY_H

#include <bpf/bpf_helpers.h>
#include <weir/abi.h>

/* Step 5, once per candidate that opens a subgroup or carries a whole object: may change its priority. */
__weak __noinline int weir_policy_object(struct candidate *candidate, __u32 policy_slot)
{
	asm volatile("" ::"r"(candidate),
		     "r"(policy_slot)); /* keeps the arguments for the function that may replace this */
	return 0;
}

/* Step 6, for the same candidates, once per lane: returns enum weir_verdict. */
__weak __noinline int weir_policy_filter(const struct candidate *candidate, const struct subscription *subscription)
{
	int verdict = VERDICT_FORWARD;

	asm volatile(""
		     : "+r"(verdict)
		     : "r"(candidate), "r"(subscription)); /* as above; nor may callers assume the result */
	return verdict;
}

#endif
