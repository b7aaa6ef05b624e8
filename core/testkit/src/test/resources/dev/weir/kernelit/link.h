/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What linkcore.bpf.c and linkhook.bpf.c agree upon. A test that wants them to disagree defines QUESTION or VALUE. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#ifndef QUESTION
#define QUESTION question
#endif
#ifndef VALUE
#define VALUE __u32
#endif
#ifndef GENERATION
#define GENERATION 1
#endif

struct QUESTION {
	__u32 number;
	__u32 mark;
};
