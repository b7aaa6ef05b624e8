/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A policy in small: a version, a table of its own, and a function for a slot. */
#include "link.h"

#ifndef ANSWER
#define ANSWER 1
#endif

const volatile __u32 version_slot_00 = 7;
static const volatile __u32 table[] = { ANSWER, ANSWER, ANSWER, ANSWER };

#ifdef ACCIDENT
/* clang stores its name as the end of hook_slot_00. */
__attribute__((noinline)) int t_00(int number)
{
	return number;
}
#endif

__attribute__((noinline)) int hook_slot_00(struct QUESTION *question)
{
	if (!question)
		return -1;
#ifdef REFUSED
	return *(volatile int *)(unsigned long)table[question->mark & 3];
#else
	return table[question->number & 3];
#endif
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
