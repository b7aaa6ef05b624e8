/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the tests of linking link into: two weak functions that other objects may define, and maps to share. */
#include "link.h"
#include <bpf/bpf_endian.h>

enum {
	NEXT = -1, /* TCX_NEXT */
	PAYLOAD = 14,
	IPV4 = 0x0800,
	UDP = 17,
	PROTOCOL_AT = PAYLOAD + 9,
	PORT_AT = PAYLOAD + 20 + 2,
	PORT = 4433,
};

struct odd_sized {
	__u32 words[3];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u64);
} counters SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 100);
	__type(key, __u32);
	__type(value, VALUE);
} pairs SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 600);
	__type(key, __u32);
	__type(value, struct odd_sized);
} shared SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} records SEC(".maps");

__u32 runs;
const volatile __u32 generation = GENERATION;

__attribute__((weak, noinline)) int hook_slot_01(struct question *question)
{
	return question ? 0 : -1;
}

__attribute__((weak, noinline)) int hook_slot_02(struct question *question)
{
	return question ? 0 : -1;
}

/* Returns what the hooks answer: the first one's in the units, the second one's in the hundreds. */
SEC("tc")
int ask_both(struct __sk_buff *skb)
{
	struct question question = { .number = 5, .mark = skb->mark };

	return hook_slot_01(&question) + 100 * hook_slot_02(&question);
}

/* Adds one to the counter that the first hook names, for each datagram to PORT. */
SEC("tc")
int count(struct __sk_buff *skb)
{
	struct question question = {};
	__u8 protocol;
	__be16 port;

	if (skb->protocol != bpf_htons(IPV4) || bpf_skb_load_bytes(skb, PROTOCOL_AT, &protocol, sizeof(protocol)) ||
	    protocol != UDP || bpf_skb_load_bytes(skb, PORT_AT, &port, sizeof(port)) || port != bpf_htons(PORT))
		return NEXT;
	__u32 index = hook_slot_01(&question);
	__u64 *cell = bpf_map_lookup_elem(&counters, &index);

	if (cell)
		*cell += 1;
	return NEXT;
}

/* Adds the generation to a shared element, and sends a record with the number of runs of this object. */
SEC("tc")
int touch(struct __sk_buff *skb)
{
	__u32 index = 599, key = 1;
	struct odd_sized *element = bpf_map_lookup_elem(&shared, &index);
	__u32 *record = bpf_ringbuf_reserve(&records, sizeof(*record), 0);

	(void)skb;
	runs++;
	if (record) {
		*record = runs;
		bpf_ringbuf_submit(record, BPF_RB_NO_WAKEUP);
	}
	if (!element)
		return -1;
	element->words[0] += generation;
	return bpf_map_lookup_elem(&pairs, &key) ? 1 : 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
