/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One publisher, four lanes and two tracks in the maps of the fuzzer's kernel, and packets of that publisher. */
#ifndef WEIR_FUZZ_PLANE_H
#define WEIR_FUZZ_PLANE_H

#include "kernel.h"

enum {
	FUZZ_PUBLISHER = 3,
	FUZZ_GENERATION = 7,
	FUZZ_PUBLISHER_PORT = 5555,
	FUZZ_LISTEN_PORT = 4433,
	FUZZ_LANES = 4,
	FUZZ_FIRST_LANE = 10,
	FUZZ_TRACK = 5,
	FUZZ_RENAMED_TRACK = 6,
	FUZZ_ALIAS = 300,
	FUZZ_RENAMED_ALIAS = 7,
	FUZZ_LONGEST_FRAME = FRAME_LENGTH_MAX + 512,
};

/* What an input chooses. */
struct fuzz_choice {
	int ipv6;
	int partial; /* checksums are left to a device */
	int own_framing;
	int small_credit;
	int small_packets; /* lanes whose peer takes no more than 400 bytes */
	int policy;
	int handed_over; /* user space has opened a stream for two lanes */
	__u64 next_stream_id;
	__u64 start_group;
};

#define FUZZ_ELEMENT(map, number)                       \
	({                                              \
		__u32 element_of = number;              \
		bpf_map_lookup_elem(&map, &element_of); \
	})

/* Nothing depends on what the keys are. */
static void fuzz_keys(struct aead_keys *keys, __u32 seed)
{
	for (int i = 0; i < 8; i++)
		keys->key[i] = seed * 0x9e3779b9 + i;
	for (int i = 0; i < 3; i++)
		keys->iv[i] = seed * 0x85ebca6b + i;
	keys->valid = 1;
}

static void fuzz_address(__be32 *address, int ipv6, __u32 host)
{
	memset(address, 0, 16);
	address[0] = ipv6 ? bpf_htonl(0xfd090001) : bpf_htonl(0x0a090100 | host);
	if (ipv6)
		address[3] = bpf_htonl(host);
}

/* Ethernet, IP and UDP header, without lengths and checksums. Returns how long they are. */
static __u32 fuzz_headers(__u8 *to, int ipv6, __u32 from_host, __u32 to_host, __u16 from_port, __u16 to_port)
{
	__u32 ip = ETHERNET_LENGTH, udp = ip + (ipv6 ? IPV6_LENGTH : IPV4_LENGTH);
	__be32 source[4], destination[4];
	struct udp_header ports = { .source = bpf_htons(from_port), .destination = bpf_htons(to_port) };

	memset(to, 0, udp + UDP_LENGTH);
	to[6] = 2, to[12] = ipv6 ? 0x86 : 0x08, to[13] = ipv6 ? 0xdd : 0x00;
	fuzz_address(source, ipv6, from_host);
	fuzz_address(destination, ipv6, to_host);
	if (ipv6) {
		to[ip] = 0x60, to[ip + 6] = PROTOCOL_UDP, to[ip + 7] = 64;
		memcpy(to + ip + 8, source, 16);
		memcpy(to + ip + 24, destination, 16);
	} else {
		to[ip] = 0x45, to[ip + 8] = 64, to[ip + 9] = PROTOCOL_UDP;
		memcpy(to + ip + 12, source, 4);
		memcpy(to + ip + 16, destination, 4);
	}
	memcpy(to + udp, &ports, sizeof(ports));
	return udp + UDP_LENGTH;
}

/* The sum of words as they lie in memory. */
static __u32 fuzz_sum(const __u8 *bytes, __u32 length, __u64 sum)
{
	for (__u32 i = 0; i + 1 < length; i += 2)
		sum += bytes[i] | bytes[i + 1] << 8;
	if (length & 1)
		sum += bytes[length - 1];
	return fold(sum);
}

static void fuzz_publisher(const struct fuzz_choice *choice)
{
	struct control *settings = FUZZ_ELEMENT(control, 0);
	struct publisher *publisher = FUZZ_ELEMENT(publishers, FUZZ_PUBLISHER);
	struct connection_id_owner owner = { FUZZ_PUBLISHER, FUZZ_GENERATION };
	__u64 connection_id;

	settings->lease_until_ns = ~0ULL;
	settings->listen_port = bpf_htons(FUZZ_LISTEN_PORT);
	memset(publisher, 0, sizeof(*publisher));
	publisher->generation = FUZZ_GENERATION;
	publisher->state = ENTRY_LIVE;
	fuzz_keys(&publisher->keys[0], 1);
	publisher->hp[0] = 77;
	publisher->address_family = choice->ipv6 ? 6 : 4;
	publisher->port = bpf_htons(FUZZ_PUBLISHER_PORT);
	fuzz_address(publisher->address, choice->ipv6, 2);
	publisher->own_track = FUZZ_TRACK;
	publisher->own_track_generation = choice->own_framing;
	memset(&connection_id, 'c', sizeof(connection_id));
	bpf_map_update_elem(&connection_ids, &connection_id, &owner, BPF_ANY);
	memset(FUZZ_ELEMENT(replay, FUZZ_PUBLISHER), 0, sizeof(struct replay_window));
}

static void fuzz_credit(const struct fuzz_choice *choice, __u32 number)
{
	struct credit *cell = FUZZ_ELEMENT(credit, FUZZ_FIRST_LANE + number);

	memset(cell, 0, sizeof(*cell));
	cell->congestion_window = choice->small_credit ? 2500 : 1ULL << 60;
	cell->connection_data = choice->small_credit ? 900 : 1LL << 60;
	cell->next_stream_id = choice->next_stream_id;
	cell->stream_id_limit = choice->small_credit ? choice->next_stream_id + 9 : 1ULL << 62;
}

/* Two lanes whose streams user space opened inside a subgroup and handed over: with offsets less and greater. */
static void fuzz_handed_over(void)
{
	struct stream_key key = { FUZZ_PUBLISHER, FUZZ_GENERATION, 2 };
	struct stream_state stream = { .track = FUZZ_TRACK, .track_generation = 1, .next_offset = 5, .type = 0x50 };

	bpf_map_update_elem(&streams, &key, &stream, BPF_ANY);
	for (__u32 i = 0; i < 2; i++) {
		struct lane_stream_key lane_key = { FUZZ_FIRST_LANE + 2 * i, FUZZ_PUBLISHER, 2 };
		struct lane_stream lane_stream = {
			.lane_generation = 1,
			.stream_id = i ? 3 : (1ULL << 40) + 3,
			.limit = i ? 300 : VARINT_MAX,
			.shift = i ? 70 : -5,
		};

		bpf_map_update_elem(&lane_streams, &lane_key, &lane_stream, BPF_ANY);
	}
}

/* Connection IDs of 0, 8 and 20 bytes, and one lane with IPv6. */
static void fuzz_lane(const struct fuzz_choice *choice, __u32 number)
{
	static const __u8 id_lengths[FUZZ_LANES] = { 0, 8, 20, 8 };
	__u32 index = FUZZ_FIRST_LANE + number, id_length = id_lengths[number], ipv6 = number == 3;
	struct lane *lane = FUZZ_ELEMENT(lanes, index);
	struct packet_number_cell *numbers = FUZZ_ELEMENT(packet_numbers, index);
	__u8 headers[WEIR_LIMIT_HEADER];
	__u32 udp_end = fuzz_headers(headers, ipv6, 1, 20 + number, FUZZ_LISTEN_PORT, 20000 + number);
	__u32 length = udp_end + 1 + id_length, ip = ETHERNET_LENGTH, addresses = ipv6 ? 32 : 8;

	memset(lane, 0, sizeof(*lane));
	numbers->unrecorded = 0;
	lane->generation = 1;
	lane->state = ENTRY_LIVE;
	lane->ifindex = 100 + number;
	lane->flags = LANE_CHECKSUM_FREE | (ipv6 ? LANE_IPV6 : 0);
	lane->header_length = length;
	lane->connection_id_length = id_length;
	lane->max_udp_payload = choice->small_packets ? 400 : 1500;
	lane->max_datagram_frame = choice->small_packets ? 300 : 65535;
	lane->switch_packet_number = lane->packet_number_limit = ~0ULL;
	fuzz_keys(&lane->keys[0], 50 + number);
	lane->hp[0] = number;
	headers[udp_end] = 0x43;
	memset(headers + udp_end + 1, 'l', id_length);
	memcpy(lane->header + WEIR_LIMIT_HEADER - length, headers, length);
	lane->ip_checksum = ipv6 ? 0 : fuzz_sum(headers + ip, IPV4_LENGTH, 0);
	lane->pseudo_checksum =
		fuzz_sum(headers + udp_end - UDP_LENGTH - addresses, addresses, bpf_htons(PROTOCOL_UDP));
	lane->stream_data_limit = choice->small_credit ? 500 : 1ULL << 60;
	numbers->next = 1000;
}

static void fuzz_track(const struct fuzz_choice *choice, __u32 number, __u64 alias, __u8 new_alias)
{
	struct track_key key = { .publisher = FUZZ_PUBLISHER, .alias = alias };
	struct track_ref ref = { number, 1 };
	struct track_state *state = FUZZ_ELEMENT(track_states, number);
	struct fanout *fanout = FUZZ_ELEMENT(fanouts, 2 * number);

	bpf_map_update_elem(&tracks, &key, &ref, BPF_ANY);
	state->generation = 1;
	state->state = ENTRY_LIVE;
	state->default_priority = 128;
	state->alias_length = new_alias ? 1 : 0;
	state->alias[0] = new_alias;
	fanout->count = FUZZ_LANES;
	for (__u32 i = 0; i < FUZZ_LANES; i++) {
		fanout->entries[i] = (struct subscription){
			.lane = FUZZ_FIRST_LANE + i,
			.lane_generation = 1,
			.start_group = i == 1 ? choice->start_group : 0,
			.end_group = ~0ULL,
			.flags = SUBSCRIPTION_FORWARD,
			.policy = choice->policy && i != 2 ? 1 : 0,
			.memory = i + 1,
		};
	}
}

/* A table that drops some priorities and layers. */
static void fuzz_policy(void)
{
	struct policy *policy = FUZZ_ELEMENT(policies, 1);

	policy->kind = POLICY_TABLE;
	for (int i = 0; i < 256; i++) {
		policy->layers[i] = i / 64;
		policy->priorities[i] = 255 - i;
	}
	for (int i = 0; i < WEIR_LIMIT_LANE_CLASSES; i++) {
		struct policy_rule *rule = &policy->rules[i];

		rule->layers = 3;
		rule->bytes_per_second = 100000;
		rule->burst = 5000;
		for (int step = 0; step < 16; step++)
			rule->limits[step] = 256 - 8 * step;
	}
	for (__u32 i = 0; i < FUZZ_LANES; i++) {
		memset(FUZZ_ELEMENT(track_memories, i + 1), 0, sizeof(struct weir_track_state));
		memset(FUZZ_ELEMENT(lane_memories, WEIR_LIMIT_LANES + FUZZ_FIRST_LANE + i), 0,
		       sizeof(struct weir_lane_state));
	}
}

/*
 * Everything as at the beginning. What packets before may have left in the buffers is noise on purpose; only base is
 * relied on to be zero where nothing is ever written.
 */
static void fuzz_plane(const struct fuzz_choice *choice)
{
	struct scratch *s = FUZZ_ELEMENT(scratch, 0);

	fuzz_map_clear(FUZZ_MAP(&streams));
	fuzz_map_clear(FUZZ_MAP(&lane_streams));
	memset(s, 0xa5, sizeof(*s));
	memset(&s->base, 0, sizeof(s->base));
	for (__u32 i = 0; i < WEIR_COUNTERS; i++)
		*(__u64 *)FUZZ_ELEMENT(counters, i) = 0;
	fuzz_publisher(choice);
	for (__u32 i = 0; i < FUZZ_LANES; i++) {
		fuzz_lane(choice, i);
		fuzz_credit(choice, i);
	}
	if (choice->handed_over)
		fuzz_handed_over();
	fuzz_track(choice, FUZZ_TRACK, FUZZ_ALIAS, 0);
	fuzz_track(choice, FUZZ_RENAMED_TRACK, FUZZ_RENAMED_ALIAS, 0x2a);
	fuzz_policy();
}

static __u64 fuzz_count(__u32 reason)
{
	return *(__u64 *)FUZZ_ELEMENT(counters, reason);
}

/* Runs the program on a frame and checks what must hold for every frame. Returns 1 if copies were made. */
static int fuzz_run(const __u8 *frame, __u32 length, int partial)
{
	struct fuzz_skb skb = { .context = { .len = length } };
	__u64 copies = fuzz_count(COUNT_COPIES);

	skb.context.protocol = length >= ETHERNET_LENGTH ? frame[12] | frame[13] << 8 : 0;
	skb.kernel.ip_summed = partial ? SKB_CHECKSUM_PARTIAL : 0;
	skb.bytes = malloc(length ? length : 1);
	memcpy(skb.bytes, frame, length);
	FUZZ_CHECK(weir_ingress(&skb.context) == TCX_VERDICT_NEXT);
	FUZZ_CHECK(skb.context.len == length && !memcmp(skb.bytes, frame, length)); /* as it came, for user space */
	FUZZ_CHECK(fuzz_count(COUNT_COPIES) - copies == fuzz_clone_count);
	FUZZ_CHECK(!fuzz_locked);
	for (__u32 reason = REASON_SEAL_FAILED; reason <= REASON_RESTORE_FAILED; reason++)
		FUZZ_CHECK(!fuzz_count(reason));
	free(skb.bytes);
	return fuzz_clone_count > 0;
}

#endif
