/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Steps 8 and 9: every drawn copy is built, sealed and sent; then the publisher's packet is put back. */
#ifndef WEIR_ACTION_H
#define WEIR_ACTION_H

#include <bpf/bpf_endian.h>
#include <weir/build.h>
#include <weir/csum.h>
#include <weir/decide.h>
#include <weir/aead.h>

/* The header template, the packet number and the first byte, as they are authenticated. */
static __always_inline void write_header(struct scratch *s, const struct lane *lane, __u64 number, __u32 id_length,
					 __u8 key_phase)
{
	__u8 *copy = s->copy.bytes;
	__u32 first = COPY_NUMBER - 1 - id_length;
	__u64 *aad = (void *)s->cipher.aad;
	__s32 length = 1 + id_length + QUIC_NUMBER_LENGTH;

	for (int i = 0; i < WEIR_LIMIT_HEADER / 8; i++)
		((__u64 *)copy)[i] = ((const __u64 *)lane->header)[i];
	*(__u32 *)(copy + COPY_NUMBER) = bpf_htonl((__u32)number);
	copy[first] = QUIC_SHORT_FORM | (QUIC_NUMBER_LENGTH - 1) | (key_phase & 1) << QUIC_KEY_PHASE_SHIFT;
	for (int i = 0; i < 4; i++)
		aad[i] = keep_bytes(((const __u64 *)(copy + first))[i], length - i * 8);
	s->cipher.aad_length = length;
}

static __always_inline void protect_header(struct scratch *s, const struct lane *lane, __u32 id_length)
{
	__u8 *copy = s->copy.bytes;

	header_mask(&s->cipher, lane->hp, (const void *)(copy + COPY_TEXT));
	copy[COPY_NUMBER - 1 - id_length] ^= s->cipher.block[0] & 0x1f;
	*(__u32 *)(copy + COPY_NUMBER) ^= header_mask_number(&s->cipher);
}

/*
 * Lengths and checksums. A device that is to finish the checksum wants the pseudo header's sum in its place; but where
 * the copy's family is another, it would look at the wrong place, so that only such lanes have copies that need no
 * device.
 */
static __always_inline int write_lengths(struct scratch *s, const struct lane *lane, __u32 id_length,
					 __u32 payload_length)
{
	__u32 udp = COPY_NUMBER - 1 - id_length - UDP_LENGTH;
	__u8 *copy = s->copy.bytes;
	__be16 length = bpf_htons(UDP_LENGTH + payload_length);
	__be16 *checksum = (void *)(copy + udp + 6);
	__u32 is_ipv6 = lane->flags & LANE_IPV6;

	*(__be16 *)(copy + udp + 4) = length;
	if (is_ipv6) {
		*(__be16 *)(copy + udp - IPV6_LENGTH + 4) = length;
	} else {
		__be16 total = bpf_htons(IPV4_LENGTH + UDP_LENGTH + payload_length);

		*(__be16 *)(copy + udp - IPV4_LENGTH + 2) = total;
		*(__be16 *)(copy + udp - IPV4_LENGTH + 10) = ~fold((__u64)lane->ip_checksum + total);
	}
	*checksum = 0;
	if (s->packet.partial && s->packet.family == (is_ipv6 ? 6U : 4U)) {
		*checksum = fold((__u64)lane->pseudo_checksum + length);
	} else if (is_ipv6) {
		__s64 sum = sum_text(&s->copy, udp, UDP_LENGTH + payload_length, lane->pseudo_checksum);

		if (sum < 0)
			return REASON_SEAL_FAILED;
		__u16 folded = ~fold((__u64)sum + length);

		*checksum = folded ? folded : 0xffff;
	}
	return REASON_NONE;
}

/* The copy's whole frame in s->copy, from COPY_NUMBER - lane->header_length on. */
__noinline int seal_copy(struct scratch *s, struct plan *plan, __u32 lane_index, __u64 number)
{
	struct lane *lane = bpf_map_lookup_elem(&lanes, &lane_index);

	if (!s || !plan || !lane)
		return REASON_SEAL_FAILED;
	__u32 id_length = lane->connection_id_length, start = plan->start, length = plan->length;
	__u32 is_new = number >= lane->switch_packet_number;

	if (id_length > WEIR_LIMIT_CONNECTION_ID || start > TEXT_START || length > WEIR_LIMIT_PLAINTEXT)
		return REASON_SEAL_FAILED;
	const struct aead_keys *keys = &lane->keys[is_new];

	if (!keys->valid)
		return REASON_SEAL_FAILED;
	write_header(s, lane, number, id_length, lane->key_phase[is_new]);
	if (aead_seal(&s->cipher, keys, number, &s->base, start, length, &s->copy))
		return REASON_SEAL_FAILED;
	protect_header(s, lane, id_length);
	return write_lengths(s, lane, id_length, copy_overhead(id_length) + length);
}

/* The frame becomes the skb's, and a clone of that goes to the lane's device. */
static __always_inline int send_copy(struct __sk_buff *skb, struct scratch *s, const struct lane *lane,
				     __u32 text_length)
{
	__u32 header = lane->header_length, ifindex = lane->ifindex;
	__u32 length = header + QUIC_NUMBER_LENGTH + text_length + QUIC_TAG_LENGTH, from = COPY_NUMBER - header;

	barrier_var(from); /* the offset is what has to be bounded, not what it was computed from */
	if (from > COPY_NUMBER)
		return REASON_STORE_FAILED;
	s->changed = 1;
	if (length != skb->len && bpf_skb_change_tail(skb, length, 0))
		return REASON_STORE_FAILED;
	barrier_var(length); /* two comparisons that stay two: a range check by subtraction loses the bounds */
	if (length < ETHERNET_LENGTH)
		return REASON_STORE_FAILED;
	barrier_var(length);
	if (length > FRAME_LENGTH_MAX)
		return REASON_STORE_FAILED;
	if (bpf_skb_store_bytes(skb, 0, s->copy.bytes + from, length, 0))
		return REASON_STORE_FAILED;
	return bpf_clone_redirect(skb, ifindex, 0) ? REASON_CLONE_FAILED : REASON_NONE;
}

/* One entry of the record. What fails from here on counts as lost on the network: its packet number is spent. */
__noinline int replicate_entry(struct __sk_buff *skb, struct scratch *s, __u32 index)
{
	if (!s || index >= WEIR_LIMIT_FANOUT)
		return 0;
	struct record_entry *entry = &s->entries[index];
	struct plan *plan = bpf_map_lookup_elem(&plans, &index);

	if (!plan || !entry->forwarded)
		return 0;
	struct lane *lane = live_lane(entry->lane, entry->lane_generation);

	if (!lane) {
		count(REASON_LANE_WITHDRAWN);
		return 0;
	}
	build_text(s, plan, entry);
	int reason = seal_copy(s, plan, entry->lane, entry->packet_number);

	if (!reason)
		reason = send_copy(skb, s, lane, plan->length);
	if (reason) {
		count(reason);
		return 0;
	}
	count(COUNT_COPIES);
	count_by(COUNT_COPY_BYTES, entry->size);
	return 0;
}

static __always_inline void replicate(struct __sk_buff *skb, struct scratch *s)
{
	s->base_mask = 0;
	s->changed = 0;
	for (__u32 i = 0; i < WEIR_LIMIT_FANOUT; i++) {
		if (i >= s->record.entry_count)
			break;
		replicate_entry(skb, s, i);
	}
}

/* The publisher's bytes again. A packet that cannot be put back must not reach user space: it is dropped, that is,
 * lost. */
static __always_inline int restore(struct __sk_buff *skb, struct scratch *s)
{
	__u32 length = s->packet.frame_length;

	if (!s->changed)
		return TCX_VERDICT_NEXT;
	barrier_var(length);
	if (length >= ETHERNET_LENGTH) {
		barrier_var(length);
		if (length <= FRAME_LENGTH_MAX && (skb->len == length || !bpf_skb_change_tail(skb, length, 0)) &&
		    skb->len == length && !bpf_skb_store_bytes(skb, 0, s->original.bytes, length, 0))
			return TCX_VERDICT_NEXT;
	}
	count(REASON_RESTORE_FAILED);
	return TCX_VERDICT_DROP;
}

#endif
