/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The kernel of the fuzz targets: maps, one skb, a ring buffer, and what is sent. Every map value, every skb and every
 * clone has memory of its own, so that AddressSanitizer sees one byte too many. Included once, after the program.
 */
#ifndef WEIR_FUZZ_KERNEL_H
#define WEIR_FUZZ_KERNEL_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FUZZ_MAPS = 32, FUZZ_HASH_ENTRIES = 64, FUZZ_CLONES = 64, FUZZ_TIME_NS = 1000000000 };

#define FUZZ_CHECK(condition)                                                                   \
	do {                                                                                    \
		if (!(condition)) {                                                             \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
			abort();                                                                \
		}                                                                               \
	} while (0)

struct fuzz_store {
	struct fuzz_map map;
	void **values; /* arrays: by index; hashes: by place */
	void **keys;   /* hashes */
};

struct fuzz_clone {
	__u8 *bytes;
	__u32 length;
	__u32 ifindex;
};

struct fuzz_skb {
	struct __sk_buff context; /* first: what the program is given */
	struct sk_buff kernel;
	__u8 *bytes;
};

static struct fuzz_store fuzz_stores[FUZZ_MAPS];
static struct fuzz_clone fuzz_clones[FUZZ_CLONES];
static __u32 fuzz_clone_count;
static __u8 *fuzz_record; /* the last one */
static __u64 fuzz_record_length;
static __u64 fuzz_ring_size = 4 * 1024 * 1024;
static int fuzz_ring_fails; /* the reservation, although there seemed to be room */
static int fuzz_locked;

static struct fuzz_store *fuzz_store_of(struct fuzz_map map)
{
	for (int i = 0; i < FUZZ_MAPS; i++) {
		struct fuzz_store *store = &fuzz_stores[i];

		if (store->map.map == map.map)
			return store;
		if (store->map.map)
			continue;
		store->map = map;
		int is_hash = map.type == BPF_MAP_TYPE_HASH;
		__u32 places = is_hash ? FUZZ_HASH_ENTRIES : map.max_entries;

		store->values = calloc(places, sizeof(void *));
		store->keys = is_hash ? calloc(places, sizeof(void *)) : NULL;
		return store;
	}
	abort();
}

/* The place of a hash's key; of a free one if the key is NULL; -1. */
static int fuzz_place(const struct fuzz_store *store, const void *key)
{
	for (int i = 0; i < FUZZ_HASH_ENTRIES; i++) {
		const void *here = store->keys[i];

		if (key ? here && !memcmp(here, key, store->map.key_size) : !here)
			return i;
	}
	return -1;
}

void *fuzz_map_lookup(struct fuzz_map map, const void *key)
{
	struct fuzz_store *store = fuzz_store_of(map);

	FUZZ_CHECK(!fuzz_locked);
	if (store->keys) {
		int place = fuzz_place(store, key);

		return place < 0 ? NULL : store->values[place];
	}
	__u32 index = *(const __u32 *)key;

	if (index >= map.max_entries)
		return NULL;
	if (!store->values[index])
		store->values[index] = calloc(1, map.value_size);
	return store->values[index];
}

long fuzz_map_update(struct fuzz_map map, const void *key, const void *value, __u64 flags)
{
	struct fuzz_store *store = fuzz_store_of(map);

	FUZZ_CHECK(store->keys && !fuzz_locked);
	int place = fuzz_place(store, key);

	if (place >= 0 && flags == BPF_NOEXIST)
		return -17;
	if (place < 0) {
		place = fuzz_place(store, NULL);
		if (place < 0)
			return -7;
		store->keys[place] = malloc(map.key_size);
		store->values[place] = malloc(map.value_size);
		memcpy(store->keys[place], key, map.key_size);
	}
	memcpy(store->values[place], value, map.value_size);
	return 0;
}

static void fuzz_remove(struct fuzz_store *store, int place)
{
	free(store->keys[place]);
	free(store->values[place]);
	store->keys[place] = store->values[place] = NULL;
}

long fuzz_map_delete(struct fuzz_map map, const void *key)
{
	struct fuzz_store *store = fuzz_store_of(map);
	int place = fuzz_place(store, key);

	if (place < 0)
		return -2;
	fuzz_remove(store, place);
	return 0;
}

/* Of a hash. */
static void fuzz_map_clear(struct fuzz_map map)
{
	struct fuzz_store *store = fuzz_store_of(map);

	for (int i = 0; i < FUZZ_HASH_ENTRIES; i++) {
		if (store->keys[i])
			fuzz_remove(store, i);
	}
}

long bpf_skb_load_bytes(const void *skb, __u32 offset, void *to, __u32 length)
{
	const struct fuzz_skb *from = skb;

	if (!length || offset > from->context.len || length > from->context.len - offset)
		return -14;
	memcpy(to, from->bytes + offset, length);
	return 0;
}

long bpf_skb_store_bytes(struct __sk_buff *skb, __u32 offset, const void *from, __u32 length, __u64 flags)
{
	struct fuzz_skb *to = (struct fuzz_skb *)skb;

	(void)flags;
	if (!length || offset > skb->len || length > skb->len - offset)
		return -14;
	memcpy(to->bytes + offset, from, length);
	return 0;
}

long bpf_skb_change_tail(struct __sk_buff *skb, __u32 length, __u64 flags)
{
	struct fuzz_skb *changed = (struct fuzz_skb *)skb;
	__u8 *bytes = calloc(1, length);

	(void)flags;
	memcpy(bytes, changed->bytes, length < skb->len ? length : skb->len);
	free(changed->bytes);
	changed->bytes = bytes;
	skb->len = length;
	return 0;
}

long bpf_clone_redirect(struct __sk_buff *skb, __u32 ifindex, __u64 flags)
{
	struct fuzz_clone *clone = &fuzz_clones[fuzz_clone_count];

	FUZZ_CHECK(fuzz_clone_count < FUZZ_CLONES && !flags);
	FUZZ_CHECK(fuzz_record); /* the record comes before the first copy */
	fuzz_clone_count++;
	clone->bytes = malloc(skb->len);
	memcpy(clone->bytes, ((struct fuzz_skb *)skb)->bytes, skb->len);
	clone->length = skb->len;
	clone->ifindex = ifindex;
	return 0;
}

__s64 bpf_csum_diff(__be32 *from, __u32 from_size, __be32 *to, __u32 to_size, __wsum seed)
{
	__u64 sum = (__u32)seed;

	FUZZ_CHECK(!from && !from_size);
	if (to_size % 4 || to_size > 512)
		return -22;
	for (__u32 i = 0; i < to_size; i += 4) {
		__u32 word;

		memcpy(&word, (const __u8 *)to + i, 4);
		sum += word;
		sum = (sum & 0xffffffff) + (sum >> 32);
	}
	return sum;
}

__u64 bpf_ktime_get_ns(void)
{
	return FUZZ_TIME_NS;
}

void bpf_spin_lock(struct bpf_spin_lock *lock)
{
	(void)lock;
	FUZZ_CHECK(!fuzz_locked++);
}

void bpf_spin_unlock(struct bpf_spin_lock *lock)
{
	(void)lock;
	FUZZ_CHECK(!--fuzz_locked);
}

long bpf_ringbuf_output(void *ring, void *data, __u64 size, __u64 flags)
{
	(void)ring;
	(void)flags;
	FUZZ_CHECK(!fuzz_record);
	if (fuzz_ring_fails || size + 8 > fuzz_ring_size)
		return -11;
	fuzz_record = malloc(size);
	memcpy(fuzz_record, data, size);
	fuzz_record_length = size;
	return 0;
}

__u64 bpf_ringbuf_query(void *ring, __u64 flags)
{
	(void)ring;
	return flags == BPF_RB_RING_SIZE ? fuzz_ring_size : 0;
}

long bpf_loop(__u32 times, void *callback, void *context, __u64 flags)
{
	int (*function)(__u32, void *) = callback;
	__u32 done = 0;

	(void)flags;
	while (done < times && !function(done++, context))
		;
	return done;
}

void *bpf_cast_to_kern_ctx(void *context)
{
	return &((struct fuzz_skb *)context)->kernel;
}

static void fuzz_forget_packet(void)
{
	for (__u32 i = 0; i < fuzz_clone_count; i++)
		free(fuzz_clones[i].bytes);
	fuzz_clone_count = 0;
	free(fuzz_record);
	fuzz_record = NULL;
	fuzz_record_length = 0;
}

#endif
