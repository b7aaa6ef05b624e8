/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* For tests: every packet that arrives at a device goes into a ring buffer, whole, and nowhere else. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <weir/consts.h>
#include <weir/scratch.h>

const volatile __u32 weir_abi = WEIR_ABI_VERSION;

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4 * 1024 * 1024);
} captured SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct text);
} capture_scratch SEC(".maps");

SEC("tc")
int weir_capture(struct __sk_buff *skb)
{
	__u32 zero = 0, length = skb->len;
	struct text *text = bpf_map_lookup_elem(&capture_scratch, &zero);

	if (!text)
		return TCX_VERDICT_DROP;
	barrier_var(length);
	if (length < 1)
		return TCX_VERDICT_DROP;
	barrier_var(length);
	if (length > TEXT_START || bpf_skb_load_bytes(skb, 0, text->bytes, length))
		return TCX_VERDICT_DROP;
	bpf_ringbuf_output(&captured, text->bytes, length, BPF_RB_NO_WAKEUP);
	return TCX_VERDICT_DROP;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
