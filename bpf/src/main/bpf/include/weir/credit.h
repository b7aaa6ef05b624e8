/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a lane may still send. Everything is taken by atomics and can be given back, but for the packet number. */
#ifndef WEIR_CREDIT_H
#define WEIR_CREDIT_H

#include <weir/maps.h>

enum {
	COMPARE_AND_SWAP_TRIES = 4,
	/* How far other takers may move a lane's next stream ID on while this packet is decided; a power of two. */
	STREAM_ID_SLACK = 256,
};

static __always_inline struct lane_stream_key lane_stream_key_of(const struct scratch *s,
								 const struct candidate *candidate)
{
	return (struct lane_stream_key){ s->work.subscription.lane, s->packet.publisher, candidate->stream_id };
}

/* 1: taken. */
static __always_inline int take_connection_data(struct credit *credit, __u64 bytes)
{
	if (!bytes)
		return 1;
	if (__sync_fetch_and_add(&credit->connection_data, -(__s64)bytes) >= (__s64)bytes)
		return 1;
	__sync_fetch_and_add(&credit->connection_data, bytes);
	return 0;
}

/*
 * Pays for the lane's stream up to end, unless somebody did already. 1: paid, *paid says how much. 0: there is not
 * enough, or others kept changing the mark.
 */
static __always_inline int pay_stream(struct credit *credit, struct lane_stream *stream, __u64 end, __u64 *paid)
{
	for (int i = 0; i < COMPARE_AND_SWAP_TRIES; i++) {
		__u64 charged = *(volatile __u64 *)&stream->charged;

		*paid = end > charged ? end - charged : 0;
		if (!*paid)
			return 1;
		if (!take_connection_data(credit, *paid))
			break;
		if (__sync_val_compare_and_swap(&stream->charged, charged, end) == charged)
			return 1;
		__sync_fetch_and_add(&credit->connection_data, *paid);
	}
	*paid = 0;
	return 0;
}

/* Undoes pay_stream, unless somebody paid for more behind it: then the bytes stay paid. */
static __always_inline void repay_stream(struct credit *credit, struct lane_stream *stream, __u64 end, __u64 paid)
{
	if (paid && __sync_val_compare_and_swap(&stream->charged, end, end - paid) == end)
		__sync_fetch_and_add(&credit->connection_data, paid);
}

/* 1: the copy is in flight now. */
static __always_inline int take_window(struct credit *credit, __u32 bytes)
{
	__u64 in_flight = __sync_fetch_and_add(&credit->bytes_in_flight, bytes);

	if (in_flight + bytes + credit->reserved <= credit->congestion_window)
		return 1;
	__sync_fetch_and_add(&credit->bytes_in_flight, -(__u64)bytes);
	return 0;
}

static __always_inline void give_window_back(struct credit *credit, __u32 bytes)
{
	__sync_fetch_and_add(&credit->bytes_in_flight, -(__u64)bytes);
}

#endif
