/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Step 1, classify: is this packet of a live publisher, and may it be judged here? */
#ifndef WEIR_PARSE_UDP_H
#define WEIR_PARSE_UDP_H

#include <linux/bpf.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <weir/consts.h>
#include <weir/csum.h>
#include <weir/headers.h>
#include <weir/maps.h>
#include <weir/stats.h>

/* The fields of the kernel's sk_buff that BPF has no other way to read. */
struct sk_buff {
	__u8 ip_summed : 2;
} __attribute__((preserve_access_index));

enum { SKB_CHECKSUM_UNNECESSARY = 1, SKB_CHECKSUM_PARTIAL = 3, PACKET_TYPE_HOST = 0 };

extern void *bpf_cast_to_kern_ctx(void *context) __ksym;

/* What classify reads of the headers. The cursor is offset: each step checks what it reads and moves it on. */
struct arrival {
	__u32 offset;
	__u32 family;
	__u32 ip_payload_length; /* as the IP header says */
	__be32 source[4];
	__be16 source_port;
	__be16 destination_port;
	__u16 udp_length;
	__u16 refused; /* enum weir_reason, if the packet turns out to be for us */
};

static __always_inline int parse_ipv4(struct __sk_buff *skb, struct arrival *arrival)
{
	struct ipv4_header ip;

	if (bpf_skb_load_bytes(skb, arrival->offset, &ip, sizeof(ip)) || ip.version_and_words >> 4 != 4 ||
	    ip.protocol != PROTOCOL_UDP || ip.fragment & bpf_htons(IPV4_FRAGMENT_OFFSET))
		return -1;
	__u32 header_length = (ip.version_and_words & 15) * 4;

	if (header_length < IPV4_LENGTH) {
		arrival->refused = REASON_LENGTH;
		header_length = IPV4_LENGTH; /* only to tell whether it was meant for us */
	} else if (header_length > IPV4_LENGTH) {
		arrival->refused = REASON_IP_OPTIONS;
	} else if (fold(sum_words((const __u16 *)&ip, IPV4_LENGTH / 2)) != 0xffff) {
		arrival->refused = REASON_CHECKSUM;
	}
	if (ip.fragment & bpf_htons(IPV4_MORE_FRAGMENTS))
		arrival->refused = REASON_FRAGMENT;
	arrival->family = 4;
	arrival->source[0] = ip.source;
	arrival->ip_payload_length = bpf_ntohs(ip.length) - header_length;
	arrival->offset += header_length;
	return 0;
}

/* Steps over one extension header, and puts the type of the next into its place. */
static __always_inline int skip_ipv6_extension(struct __sk_buff *skb, struct arrival *arrival, __u8 *type)
{
	__u8 extension[2]; /* next header, length in units of 8 bytes behind the first 8 */

	if (*type != PROTOCOL_HOP_BY_HOP && *type != PROTOCOL_ROUTING && *type != PROTOCOL_DESTINATION_OPTIONS &&
	    *type != PROTOCOL_FRAGMENT)
		return -1;
	if (bpf_skb_load_bytes(skb, arrival->offset, extension, sizeof(extension)))
		return -1;
	if (*type == PROTOCOL_FRAGMENT)
		arrival->refused = REASON_FRAGMENT;
	else if (!arrival->refused)
		arrival->refused = REASON_IP_OPTIONS;
	arrival->offset += *type == PROTOCOL_FRAGMENT ? 8 : (extension[1] + 1) * 8;
	*type = extension[0];
	return 0;
}

/* Only to tell whether the packet is one of ours that has to be refused. */
static __always_inline int skip_ipv6_extensions(struct __sk_buff *skb, struct arrival *arrival, __u8 type)
{
	for (int i = 0; i < IPV6_EXTENSIONS; i++) {
		if (type == PROTOCOL_UDP)
			return 0;
		if (skip_ipv6_extension(skb, arrival, &type))
			return -1;
	}
	return type == PROTOCOL_UDP ? 0 : -1;
}

static __always_inline int parse_ipv6(struct __sk_buff *skb, struct arrival *arrival)
{
	struct ipv6_header ip;

	if (bpf_skb_load_bytes(skb, arrival->offset, &ip, sizeof(ip)) ||
	    (ip.version & bpf_htonl(0xf0000000)) != bpf_htonl(0x60000000))
		return -1;
	arrival->family = 6;
	for (int i = 0; i < 4; i++)
		arrival->source[i] = ip.source[i];
	arrival->ip_payload_length = bpf_ntohs(ip.payload_length);
	arrival->offset += IPV6_LENGTH;
	return skip_ipv6_extensions(skb, arrival, ip.next_header);
}

static __always_inline int parse_udp(struct __sk_buff *skb, struct arrival *arrival)
{
	struct udp_header udp;

	if (bpf_skb_load_bytes(skb, arrival->offset, &udp, sizeof(udp)))
		return -1;
	arrival->source_port = udp.source;
	arrival->destination_port = udp.destination;
	arrival->udp_length = bpf_ntohs(udp.length);
	arrival->offset += UDP_LENGTH;
	return 0;
}

static __always_inline int parse_arrival(struct __sk_buff *skb, struct arrival *arrival)
{
	int failed = -1;

	arrival->offset = ETHERNET_LENGTH;
	if (skb->protocol == bpf_htons(ETHERTYPE_IPV4))
		failed = parse_ipv4(skb, arrival);
	else if (skb->protocol == bpf_htons(ETHERTYPE_IPV6))
		failed = parse_ipv6(skb, arrival);
	return failed ? failed : parse_udp(skb, arrival);
}

static __always_inline int from_publisher(const struct arrival *arrival, const struct publisher *publisher)
{
	if (arrival->family != publisher->address_family || arrival->source_port != publisher->port)
		return 0;
	if (arrival->source[0] != publisher->address[0])
		return 0;
	return arrival->family == 4 ||
	       (arrival->source[1] == publisher->address[1] && arrival->source[2] == publisher->address[2] &&
		arrival->source[3] == publisher->address[3]);
}

/* The publisher whose connection ID the packet carries, or NULL. Fills packet->publisher and generation. */
static __always_inline struct publisher *find_publisher(struct __sk_buff *skb, __u32 offset, struct packet *packet)
{
	struct {
		__u8 pad[7];
		__u8 first_byte;
		__u64 connection_id; /* its first 8 bytes */
	} header;

	if (bpf_skb_load_bytes(skb, offset, &header.first_byte, 9) ||
	    (header.first_byte & QUIC_FORM_BITS) != QUIC_SHORT_FORM)
		return NULL;
	struct connection_id_owner *owner = bpf_map_lookup_elem(&connection_ids, &header.connection_id);

	if (!owner)
		return NULL;
	packet->publisher = owner->publisher;
	packet->generation = owner->generation;
	struct publisher *publisher = bpf_map_lookup_elem(&publishers, &packet->publisher);

	if (!publisher || publisher->state != ENTRY_LIVE || publisher->generation != packet->generation)
		return NULL;
	return publisher;
}

/* What the kernel knows of the UDP checksum by now; the stack looks at it only behind this program. */
static __always_inline void note_checksum(struct __sk_buff *skb, struct packet *packet)
{
	struct sk_buff *kernel_skb = bpf_cast_to_kern_ctx(skb);
	__u32 summed = BPF_CORE_READ_BITFIELD(kernel_skb, ip_summed);

	packet->partial = summed == SKB_CHECKSUM_PARTIAL;
	packet->unverified = !packet->partial && summed != SKB_CHECKSUM_UNNECESSARY;
}

static __always_inline int check_lengths(const struct arrival *arrival, const struct packet *packet)
{
	if (arrival->udp_length != arrival->ip_payload_length ||
	    packet->frame_length != packet->payload_offset - UDP_LENGTH + arrival->udp_length)
		return REASON_LENGTH;
	/* Header protection samples 16 bytes behind the longest packet number. */
	if (packet->payload_length < QUIC_OWN_HEADER_LENGTH + QUIC_NUMBER_LENGTH + QUIC_SAMPLE_LENGTH)
		return REASON_LENGTH;
	if (packet->frame_length > FRAME_LENGTH_MAX)
		return REASON_LENGTH;
	return 0;
}

/* Everything that is not for a live publisher leaves at once, uncounted. 0: go on. */
static __always_inline int classify(struct __sk_buff *skb, struct packet *packet)
{
	struct arrival arrival = {};
	__u32 zero = 0;
	struct control *settings = bpf_map_lookup_elem(&control, &zero);

	/* What the device overheard, or what a VLAN device will see as its own later, is not for the relay here. */
	if (skb->pkt_type != PACKET_TYPE_HOST || skb->vlan_present)
		return REASON_NOT_QUIC;
	if (!settings || parse_arrival(skb, &arrival) || arrival.destination_port != settings->listen_port)
		return REASON_NOT_QUIC;
	struct publisher *publisher = find_publisher(skb, arrival.offset, packet);

	if (!publisher)
		return REASON_NOT_QUIC;
	count(COUNT_PACKETS_SEEN);
	if (!from_publisher(&arrival, publisher))
		return REASON_FOREIGN_SOURCE;
	if (skb->gso_size)
		return REASON_GSO;
	if (arrival.refused)
		return arrival.refused;
	packet->time_ns = bpf_ktime_get_ns();
	packet->family = arrival.family;
	packet->payload_offset = arrival.offset;
	packet->payload_length = arrival.udp_length - UDP_LENGTH;
	packet->frame_length = skb->len;
	note_checksum(skb, packet);
	return check_lengths(&arrival, packet);
}

/*
 * A packet that the stack is going to drop must not be copied: user space never sees it, so that nobody would send what
 * the kernel leaves out for some lanes, and what was copied would be missing from what the publisher's loss explains.
 */
__noinline int check_checksum(struct scratch *s)
{
	if (!s)
		return REASON_NOT_QUIC;
	const struct packet *packet = &s->packet;
	__u32 addresses = packet->family == 4 ? 2 * 4 : 2 * 16, udp_length = UDP_LENGTH + packet->payload_length;
	__u32 udp = packet->payload_offset - UDP_LENGTH;

	if (!packet->unverified)
		return REASON_NONE;
	if (udp > ETHERNET_LENGTH + IPV6_LENGTH)
		return REASON_CHECKSUM;
	if (!*(const __be16 *)(s->original.bytes + udp + 6)) /* none: IPv6 has no such packets (RFC 8200 section 8.1) */
		return packet->family == 4 ? REASON_NONE : REASON_CHECKSUM;
	/* The rest of the pseudo header; the addresses lie in front of the UDP header. */
	__u32 seed = bpf_htons(PROTOCOL_UDP) + bpf_htons(udp_length);
	__s64 sum = sum_text(&s->original, udp - addresses, addresses + udp_length, seed);

	return sum >= 0 && fold(sum) == 0xffff ? REASON_NONE : REASON_CHECKSUM;
}

#endif
