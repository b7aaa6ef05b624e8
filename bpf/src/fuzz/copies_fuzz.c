/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Any bytes as the plaintexts of up to eight packets, properly sealed; then every copy is opened again and compared
 * with what the publisher sent. The input: two bytes that choose how publisher and lanes are, then per packet two bytes
 * for its length and the plaintext.
 */
#include "../main/bpf/weir_ingress.bpf.c"
#include "plane.h"

enum { FUZZ_PACKETS = 8 };

int LLVMFuzzerTestOneInput(const __u8 *data, size_t size);

static struct scratch *fuzz_peer; /* the buffers of publisher and subscribers */
static __u64 fuzz_in_flight[FUZZ_LANES];
static __u64 fuzz_drawn[FUZZ_LANES];

/* The publisher's packet with a packet number of four bytes. Returns its length as an Ethernet frame. */
static __u32 seal_packet(__u8 *frame, int ipv6, __u32 number, const __u8 *plaintext, __u32 length)
{
	struct publisher *publisher = FUZZ_ELEMENT(publishers, FUZZ_PUBLISHER);
	struct cipher *cipher = &fuzz_peer->cipher;
	__u32 udp_end = fuzz_headers(frame, ipv6, 2, 1, FUZZ_PUBLISHER_PORT, FUZZ_LISTEN_PORT), ip = ETHERNET_LENGTH;
	__u8 *packet = frame + udp_end, *text = packet + QUIC_OWN_HEADER_LENGTH + QUIC_NUMBER_LENGTH;
	__u32 payload = QUIC_OWN_HEADER_LENGTH + QUIC_NUMBER_LENGTH + length + QUIC_TAG_LENGTH;
	__be16 udp_length = bpf_htons(UDP_LENGTH + payload), ip_length = bpf_htons(IPV4_LENGTH + UDP_LENGTH + payload);
	__be32 wire_number = bpf_htonl(number);

	memset(cipher->aad, 0, sizeof(cipher->aad));
	cipher->aad[0] = 0x43;
	memset(cipher->aad + 1, 'c', 20);
	memcpy(cipher->aad + QUIC_OWN_HEADER_LENGTH, &wire_number, 4);
	cipher->aad_length = QUIC_OWN_HEADER_LENGTH + QUIC_NUMBER_LENGTH;
	memcpy(packet, cipher->aad, cipher->aad_length);
	memcpy(fuzz_peer->base.bytes, plaintext, length);
	FUZZ_CHECK(!aead_seal(cipher, &publisher->keys[0], number, &fuzz_peer->base, 0, length, &fuzz_peer->copy));
	memcpy(text, fuzz_peer->copy.bytes + COPY_TEXT, length + QUIC_TAG_LENGTH);
	header_mask(cipher, publisher->hp, (const void *)(fuzz_peer->copy.bytes + COPY_TEXT));
	packet[0] ^= cipher->block[0] & 0x1f;
	wire_number ^= header_mask_number(cipher);
	memcpy(packet + QUIC_OWN_HEADER_LENGTH, &wire_number, 4);
	memcpy(frame + udp_end - UDP_LENGTH + 4, &udp_length, 2);
	memcpy(frame + ip + (ipv6 ? 4 : 2), ipv6 ? &udp_length : &ip_length, 2);
	if (ipv6) {
		__u16 sum = ~fuzz_sum(frame + ip + 8, udp_end - ip - 8 + payload,
				      (__u64)udp_length + bpf_htons(PROTOCOL_UDP));

		memcpy(frame + udp_end - 2, &sum, 2);
	} else {
		__u16 sum = ~fuzz_sum(frame + ip, IPV4_LENGTH, 0);

		memcpy(frame + ip + 10, &sum, 2);
	}
	return udp_end + payload;
}

/* Opens a copy with its lane's keys; its plaintext is in opened of the peer. Returns the plaintext's length. */
static __u32 open_copy(const struct fuzz_clone *clone, const struct lane *lane, const struct record_entry *entry)
{
	struct cipher *cipher = &fuzz_peer->cipher;
	__u32 header = lane->header_length, id_length = lane->connection_id_length, sent, text_start = header + 4;
	__u32 text = clone->length - text_start - QUIC_TAG_LENGTH, aad = 1 + id_length + 4;

	FUZZ_CHECK(clone->length - header + 1 + id_length == entry->size && entry->size <= lane->max_udp_payload);
	memset(&fuzz_peer->copy, 0, sizeof(fuzz_peer->copy));
	memcpy(fuzz_peer->copy.bytes, clone->bytes + text_start, text + QUIC_TAG_LENGTH);
	header_mask(cipher, lane->hp, (const void *)fuzz_peer->copy.bytes);
	memset(cipher->aad, 0, sizeof(cipher->aad));
	memcpy(cipher->aad, clone->bytes + header - 1 - id_length, aad);
	cipher->aad[0] ^= cipher->block[0] & 0x1f;
	memcpy(&sent, cipher->aad + aad - 4, 4);
	sent ^= header_mask_number(cipher);
	memcpy(cipher->aad + aad - 4, &sent, 4);
	cipher->aad_length = aad;
	FUZZ_CHECK(cipher->aad[0] == 0x43 && bpf_ntohl(sent) == (__u32)entry->packet_number);
	FUZZ_CHECK(!memcmp(cipher->aad + 1, lane->header + WEIR_LIMIT_HEADER - id_length, id_length));
	FUZZ_CHECK(!aead_open(cipher, &lane->keys[0], entry->packet_number, &fuzz_peer->copy, 0, text,
			      &fuzz_peer->opened));
	return text;
}

/* Lengths and checksums of a copy that no device has to finish. */
static void check_headers(const struct fuzz_clone *clone, const struct lane *lane, int partial)
{
	__u32 ip = ETHERNET_LENGTH, ipv6 = lane->flags & LANE_IPV6, udp = ip + (ipv6 ? IPV6_LENGTH : IPV4_LENGTH);
	const __u8 *bytes = clone->bytes;
	__u32 udp_length = bytes[udp + 4] << 8 | bytes[udp + 5], checksum = bytes[udp + 6] | bytes[udp + 7];

	FUZZ_CHECK(udp + udp_length == clone->length);
	if (!ipv6) {
		FUZZ_CHECK((bytes[ip + 2] << 8 | bytes[ip + 3]) == (int)(udp_length + IPV4_LENGTH));
		FUZZ_CHECK(fuzz_sum(bytes + ip, IPV4_LENGTH, 0) == 0xffff);
		FUZZ_CHECK(partial || !checksum);
	} else if (!partial) {
		FUZZ_CHECK(checksum);
		FUZZ_CHECK(fuzz_sum(bytes + ip + 8, clone->length - ip - 8,
				    (__u64)bpf_htons(udp_length) + bpf_htons(PROTOCOL_UDP)) == 0xffff);
	}
}

/* The next frame of a copy. Written from RFC 9000 and not from the parser. */
struct fuzz_frame {
	int is_stream;
	__u64 id;
	__u64 offset;
	int fin;
	const __u8 *bytes;
	__u32 length;
};

static __u64 take_varint(const __u8 **at, const __u8 *end)
{
	FUZZ_CHECK(*at < end);
	int length = 1 << (**at >> 6);
	__u64 value = *(*at)++ & 0x3f;

	FUZZ_CHECK(end - *at >= length - 1);
	while (--length)
		value = value << 8 | *(*at)++;
	return value;
}

static int take_frame(const __u8 **at, const __u8 *end, struct fuzz_frame *frame)
{
	while (*at < end && !**at)
		++*at;
	if (*at == end)
		return 0;
	__u8 type = *(*at)++;

	frame->is_stream = type >= 0x08 && type <= 0x0f;
	FUZZ_CHECK(frame->is_stream || type == 0x30 || type == 0x31);
	frame->id = frame->is_stream ? take_varint(at, end) : 0;
	frame->offset = frame->is_stream && type & 4 ? take_varint(at, end) : 0;
	frame->fin = frame->is_stream && type & 1;
	frame->length = type & (frame->is_stream ? 2 : 1) ? take_varint(at, end) : (__u64)(end - *at);
	FUZZ_CHECK(frame->length <= end - *at);
	frame->bytes = *at;
	*at += frame->length;
	return 1;
}

static void check_frame(const struct fuzz_frame *frame, const struct candidate *candidate, __u32 lane)
{
	const struct scratch *s = FUZZ_ELEMENT(scratch, 0);
	struct lane_stream_key key = { lane, FUZZ_PUBLISHER, candidate->stream_id };

	FUZZ_CHECK(frame->is_stream == (candidate->kind == CANDIDATE_STREAM));
	FUZZ_CHECK(frame->length == candidate->length);
	FUZZ_CHECK(!memcmp(frame->bytes, s->opened.bytes + candidate->data_start, frame->length));
	if (!frame->is_stream)
		return;
	struct lane_stream *stream = bpf_map_lookup_elem(&lane_streams, &key);

	FUZZ_CHECK(stream && frame->id == stream->stream_id);
	FUZZ_CHECK(frame->offset == candidate->offset + stream->shift);
	FUZZ_CHECK(frame->offset + frame->length <= stream->limit);
	FUZZ_CHECK(frame->fin == !!(candidate->flags & CANDIDATE_FIN));
}

static void check_copy(const struct fuzz_clone *clone, const struct record_entry *entry, int partial)
{
	const struct packet_record *record = (const void *)fuzz_record;
	const struct lane *lane = FUZZ_ELEMENT(lanes, entry->lane);
	const __u8 *at = fuzz_peer->opened.bytes, *end;
	struct fuzz_frame frame;

	FUZZ_CHECK(clone->ifindex == lane->ifindex);
	check_headers(clone, lane, partial);
	end = at + open_copy(clone, lane, entry);
	for (int i = 0; i < WEIR_LIMIT_CANDIDATES; i++) {
		if (!(entry->forwarded >> i & 1))
			continue;
		FUZZ_CHECK(i < record->candidate_count && take_frame(&at, end, &frame));
		check_frame(&frame, &record->candidates[i], entry->lane);
	}
	FUZZ_CHECK(!take_frame(&at, end, &frame));
}

/* The record says of each copy what is in it, and of nothing else that it was sent. */
static void check_record(int partial)
{
	const struct packet_record *record = (const void *)fuzz_record;
	__u32 copies = 0;

	if (!record)
		return;
	const struct record_entry *entries = (const void *)(record + 1);

	FUZZ_CHECK(fuzz_record_length == record_length(record->entry_count));
	for (__u32 i = 0; i < record->entry_count; i++) {
		if (!entries[i].forwarded)
			continue;
		FUZZ_CHECK(copies < fuzz_clone_count);
		check_copy(&fuzz_clones[copies++], &entries[i], partial);
		fuzz_in_flight[entries[i].lane - FUZZ_FIRST_LANE] += entries[i].size;
		fuzz_drawn[entries[i].lane - FUZZ_FIRST_LANE]++;
	}
	FUZZ_CHECK(copies == fuzz_clone_count);
}

/* Nothing is spent but on copies; of what was withdrawn for want of a record, only the packet number, and that is on account. */
static void check_credit(const struct fuzz_choice *choice)
{
	for (__u32 i = 0; i < FUZZ_LANES; i++) {
		const struct credit *cell = FUZZ_ELEMENT(credit, FUZZ_FIRST_LANE + i);
		const struct packet_number_cell *numbers = FUZZ_ELEMENT(packet_numbers, FUZZ_FIRST_LANE + i);

		FUZZ_CHECK(cell->bytes_in_flight == fuzz_in_flight[i] &&
			   cell->bytes_in_flight <= cell->congestion_window);
		FUZZ_CHECK(cell->connection_data >= 0);
		FUZZ_CHECK(cell->next_stream_id <= cell->stream_id_limit + 3);
		FUZZ_CHECK(cell->sent_bytes == fuzz_in_flight[i]);
		FUZZ_CHECK(numbers->next - 1000 == cell->copies);
		FUZZ_CHECK(cell->copies == fuzz_drawn[i] + numbers->unrecorded);
		FUZZ_CHECK(fuzz_ring_fails || !numbers->unrecorded);
		FUZZ_CHECK(fuzz_drawn[i] || cell->next_stream_id == choice->next_stream_id);
	}
}

static struct fuzz_choice choose(const __u8 *data)
{
	struct fuzz_choice choice = {
		.ipv6 = data[0] & 1,
		.partial = data[0] & 2,
		.own_framing = data[0] >> 2 & 1,
		.small_credit = data[0] & 8,
		.small_packets = data[0] & 16,
		.policy = data[0] & 32,
		.start_group = data[0] & 64 ? 5 : 0,
		.handed_over = data[1] & 64,
		/* Of every encoded length. */
		.next_stream_id = ((1ULL << (data[1] & 63) % 61) & ~3ULL) | 3,
	};

	fuzz_ring_fails = data[0] >> 7;
	return choice;
}

int LLVMFuzzerTestOneInput(const __u8 *data, size_t size)
{
	__u8 frame[FUZZ_LONGEST_FRAME];

	if (size < 2)
		return 0;
	if (!fuzz_peer)
		fuzz_peer = calloc(1, sizeof(*fuzz_peer));
	struct fuzz_choice choice = choose(data);
	size_t at = 2;

	fuzz_plane(&choice);
	memset(fuzz_in_flight, 0, sizeof(fuzz_in_flight));
	memset(fuzz_drawn, 0, sizeof(fuzz_drawn));
	for (__u32 number = 0; number < FUZZ_PACKETS && size - at > 2; number++) {
		__u32 length = data[at] | (data[at + 1] & 7) << 8;

		at += 2;
		length = length < size - at ? length : size - at;
		length = length < WEIR_LIMIT_PLAINTEXT ? length : WEIR_LIMIT_PLAINTEXT;
		__u32 sent = seal_packet(frame, choice.ipv6, number, data + at, length);

		at += length;
		FUZZ_CHECK(!(fuzz_run(frame, sent, choice.partial) && fuzz_ring_fails));
		check_record(choice.partial);
		check_credit(&choice);
		fuzz_forget_packet();
	}
	return 0;
}
