/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * In place of libbpf's header of this name: what the data plane asks of the kernel, as ordinary functions, so that the
 * very same headers can be compiled for user space and fuzzed (kernel.h has the functions).
 */
#ifndef WEIR_FUZZ_BPF_HELPERS_H
#define WEIR_FUZZ_BPF_HELPERS_H

#include <stddef.h>
#include <linux/bpf.h>
#include <linux/types.h>

#undef __always_inline
#define __always_inline inline __attribute__((always_inline))
#undef __noinline
#define __noinline __attribute__((noinline))
#define __weak __attribute__((weak))
#define __ksym
#define SEC(name) __attribute__((used))
#define __uint(name, value) int(*name)[value]
#define __type(name, value) typeof(value) *name
#define barrier_var(variable) asm volatile("" : "+r"(variable))

/* A map by the shape of its definition. */
struct fuzz_map {
	const void *map;
	__u32 type;
	__u32 max_entries;
	__u32 key_size;
	__u32 value_size;
};

#define FUZZ_MAP(definition)                                                                              \
	((struct fuzz_map){ (definition), sizeof(*(definition)->type) / sizeof(int),                      \
			    sizeof(*(definition)->max_entries) / sizeof(int), sizeof(*(definition)->key), \
			    sizeof(*(definition)->value) })

#define bpf_map_lookup_elem(map, key) fuzz_map_lookup(FUZZ_MAP(map), key)
#define bpf_map_update_elem(map, key, value, flags) fuzz_map_update(FUZZ_MAP(map), key, value, flags)
#define bpf_map_delete_elem(map, key) fuzz_map_delete(FUZZ_MAP(map), key)

void *fuzz_map_lookup(struct fuzz_map map, const void *key);
long fuzz_map_update(struct fuzz_map map, const void *key, const void *value, __u64 flags);
long fuzz_map_delete(struct fuzz_map map, const void *key);

long bpf_skb_load_bytes(const void *skb, __u32 offset, void *to, __u32 length);
long bpf_skb_store_bytes(struct __sk_buff *skb, __u32 offset, const void *from, __u32 length, __u64 flags);
long bpf_skb_change_tail(struct __sk_buff *skb, __u32 length, __u64 flags);
long bpf_clone_redirect(struct __sk_buff *skb, __u32 ifindex, __u64 flags);
__s64 bpf_csum_diff(__be32 *from, __u32 from_size, __be32 *to, __u32 to_size, __wsum seed);
__u64 bpf_ktime_get_ns(void);
#define bpf_get_smp_processor_id() 0
void bpf_spin_lock(struct bpf_spin_lock *lock);
void bpf_spin_unlock(struct bpf_spin_lock *lock);
long bpf_ringbuf_output(void *ring, void *data, __u64 size, __u64 flags);
__u64 bpf_ringbuf_query(void *ring, __u64 flags);
long bpf_loop(__u32 times, void *callback, void *context, __u64 flags);

#endif
