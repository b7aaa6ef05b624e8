/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Small programs that the tests of core/kernel load: each uses one thing that the Java side must handle. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

enum {
	NEXT = -1, /* TCX_NEXT */
	PAYLOAD = 14,
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
	__uint(max_entries, 2000);
	__type(key, __u32);
	__type(value, struct odd_sized);
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

struct record {
	__u64 time;
	__u32 number;
	__u32 filling[47];
};

static __always_inline int count(__u32 index)
{
	__u64 *cell = bpf_map_lookup_elem(&counters, &index);

	if (cell)
		*cell += 1;
	return NEXT;
}

SEC("tc")
int count_first(struct __sk_buff *skb)
{
	(void)skb;
	return count(0);
}

SEC("tc")
int count_second(struct __sk_buff *skb)
{
	(void)skb;
	return count(1);
}

/* Packet: a number, and whether to discard the record. Returns 1 if the buffer is full. */
SEC("tc")
int write_record(struct __sk_buff *skb)
{
	__u32 words[2];

	if (bpf_skb_load_bytes(skb, PAYLOAD, words, sizeof(words)))
		return -1;
	struct record *record = bpf_ringbuf_reserve(&records, sizeof(*record), 0);

	if (!record)
		return 1;
	record->time = bpf_ktime_get_ns();
	record->number = words[0];
	record->filling[46] = ~words[0];
	if (words[1])
		bpf_ringbuf_discard(record, BPF_RB_NO_WAKEUP);
	else
		bpf_ringbuf_submit(record, BPF_RB_NO_WAKEUP);
	return 0;
}

/* Packet: an index. Adds the second word of that element of shared to the first. */
SEC("tc")
int add_up(struct __sk_buff *skb)
{
	__u32 index;

	if (bpf_skb_load_bytes(skb, PAYLOAD, &index, sizeof(index)))
		return -1;
	struct odd_sized *element = bpf_map_lookup_elem(&shared, &index);

	if (!element)
		return 1;
	element->words[0] += element->words[1];
	return 0;
}

/* Writes what it sees of its context into the packet. */
SEC("tc")
int show_context(struct __sk_buff *skb)
{
	__u32 seen[] = { skb->ifindex, skb->ingress_ifindex, skb->mark, skb->gso_size };

	bpf_skb_store_bytes(skb, PAYLOAD, seen, sizeof(seen), 0);
	return 7;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
