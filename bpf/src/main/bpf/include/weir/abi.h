/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the data plane and user space share. Every struct that Java reads is defined here and nowhere else; the
 * Java layouts (package dev.weir.abi) are generated from the object's BTF by src/build/java/BtfToJava.java.
 *
 * Rules: explicit padding, no pointers, no long, no enum wider than 4 bytes, new fields at the end. Multi-byte
 * fields are host order unless their type is __be16 or __be32. "user" and "kernel" say who writes a field.
 */
#ifndef WEIR_ABI_H
#define WEIR_ABI_H

#include <linux/types.h>

/* Of what the data plane and user space share, and of what a policy's object is built against (policy.h). */
enum weir_abi { WEIR_ABI_VERSION = 4, WEIR_ABI_POLICY = 1 };

enum weir_limit {
	WEIR_LIMIT_LANES = 1024,	   /* entries of lanes, packet_numbers, credit */
	WEIR_LIMIT_PUBLISHERS = 64,	   /* entries of publishers */
	WEIR_LIMIT_TRACKS = 256,	   /* entries of tracks; fanouts has twice as many */
	WEIR_LIMIT_FANOUT = 256,	   /* lanes served for one packet and one track */
	WEIR_LIMIT_CANDIDATES = 16,	   /* media frames of one packet; more: whole packet to user space */
	WEIR_LIMIT_PLAINTEXT = 1456,	   /* largest plaintext opened or sealed, bytes */
	WEIR_LIMIT_STREAMS = 16384,	   /* publisher streams known at a time */
	WEIR_LIMIT_LANE_STREAMS = 131072,  /* (lane, publisher stream) pairs known at a time */
	WEIR_LIMIT_HEADER = 88,		   /* struct lane: header template, right-aligned */
	WEIR_LIMIT_CONNECTION_ID = 20,
	WEIR_LIMIT_OWN_CONNECTION_ID = 20, /* length of the relay's own connection IDs */
	WEIR_LIMIT_POLICIES = 32,	   /* entries of policies; number 0 lets everything pass */
	WEIR_LIMIT_PROGRAMS = 8,	   /* policy objects linked with the data plane at a time */
	WEIR_LIMIT_LANE_CLASSES = 16,
	WEIR_LIMIT_TRACK_MEMORIES = 16384, /* entries of track_memories; number 0 is nobody's */
	WEIR_LIMIT_PAYLOAD = 128,	   /* first bytes of an object that a policy sees */
	WEIR_LIMIT_POLICY_CASES = 1024,	   /* entries of policy_cases */
	WEIR_LIMIT_PROCESSORS = 512,	   /* entries of runs; user gives it as many as the machine may have */
};

/* Why user space, and not the kernel, serves a packet, or a packet for one lane. Also the index of counters. */
enum weir_reason {
	REASON_NONE = 0,
	/* the packet is passed up untouched, nothing was copied */
	REASON_NOT_QUIC,	      /* not UDP, not for us, long header, unknown connection ID (not counted as a fault) */
	REASON_LEASE_EXPIRED,	      /* user space did not renew the lease */
	REASON_GSO,		      /* super-packet of a UDP_SEGMENT sender */
	REASON_IP_OPTIONS,	      /* IPv4 options or IPv6 extension header */
	REASON_FRAGMENT,	      /* IP fragment */
	REASON_LENGTH,		      /* IP, UDP and packet lengths disagree, too short, or above LIMIT_PLAINTEXT */
	REASON_CHECKSUM,	      /* IPv4 header or UDP checksum wrong, or none in IPv6: the stack drops it */
	REASON_FOREIGN_SOURCE,	      /* known connection ID, but not the publisher's address */
	REASON_KEY_PHASE,	      /* key phase without keys */
	REASON_BAD_TAG,		      /* authentication failed */
	REASON_REPLAYED,	      /* packet number seen before, or older than the window */
	REASON_RESERVED_BITS,	      /* reserved header bits set: user space closes the connection */
	REASON_MALFORMED,	      /* frames do not parse: user space closes the connection */
	REASON_TOO_MANY_FRAMES,	      /* more than LIMIT_CANDIDATES media frames, or more frames than are walked */
	REASON_NO_CANDIDATE,	      /* nothing of an armed track in it (control, ACK): normal */
	REASON_RING_FULL,	      /* no record could be written */
	REASON_RETRANSMITTED,	      /* STREAM bytes that were forwarded before: normal after upstream loss */
	REASON_STREAM_UNKNOWN,	      /* STREAM frame before its subgroup header was seen */
	REASON_SUBGROUP_HEADER,	      /* subgroup header incomplete, type of several bytes, or streams map full */
	REASON_UNSUPPORTED_OBJECT,    /* datagram type the kernel does not decide on (status of several bytes, padding) */
	/* one lane is left to user space (an entry of the record) */
	REASON_LANE_GONE,	      /* generation or state do not match */
	REASON_BEFORE_START,	      /* outside the subscription's locations: not to be sent at all */
	REASON_NOT_FORWARDING,	      /* FORWARD = 0: not to be sent at all */
	REASON_CONGESTION,	      /* congestion window full */
	REASON_CONNECTION_CREDIT,     /* peer's MAX_DATA */
	REASON_STREAM_CREDIT,	      /* peer's MAX_STREAM_DATA */
	REASON_STREAM_LIMIT,	      /* peer's MAX_STREAMS, no reserved stream ID left */
	REASON_STREAM_NOT_FOLLOWED,   /* no lane_stream: user space owns this lane's copy of the stream */
	REASON_LANE_STREAMS_FULL,     /* lane_streams map full */
	REASON_DATAGRAM_TOO_LARGE,    /* peer's max_datagram_frame_size, or 0 */
	REASON_PACKET_TOO_LARGE,      /* peer's max_udp_payload_size, egress MTU or LIMIT_PLAINTEXT */
	REASON_HEADER_ROOM,	      /* a rewritten frame header does not fit before its data */
	REASON_FANOUT_FULL,	      /* more entries than LIMIT_FANOUT in one packet */
	REASON_CHECKSUM_OFFLOAD,      /* checksum left to a device that would write it at the wrong place */
	REASON_KEY_LIMIT,	      /* usage limit of the lane's key (RFC 9001 section 6.6) */
	REASON_POLICY,		      /* the policy dropped it: counted, never sent */
	REASON_POLICY_DEFER,	      /* the policy left it to user space */
	REASON_MIXED_VERDICT,	      /* frames of one packet need different copies in a way the kernel cannot build */
	/* faults after the record: the packet number is spent, the copy counts as lost */
	REASON_SEAL_FAILED,
	REASON_STORE_FAILED,	      /* skb could not be written or resized */
	REASON_LANE_WITHDRAWN,	      /* the lane went out of force between record and copy */
	REASON_CLONE_FAILED,	      /* bpf_clone_redirect refused: device down or its queue full */
	REASON_RESTORE_FAILED,	      /* the publisher's packet could not be restored and was dropped */
	/* plain counters */
	COUNT_PACKETS_SEEN,	      /* short-header packets of known publishers */
	COUNT_PACKETS_OPENED,	      /* tag verified */
	COUNT_PACKETS_COPIED,	      /* at least one copy was drawn */
	COUNT_COPIES,		      /* copies handed to a device */
	COUNT_COPY_BYTES,	      /* their UDP payload bytes */
	WEIR_COUNTERS = 64,
};

/* A policy's answer: one of these; a drop has its reason, 1 to 14, in the bits from 8 on. */
enum weir_verdict {
	VERDICT_FORWARD = 0,
	VERDICT_DROP = 1,
	VERDICT_DEFER = 2,
};

/* What a record says of a candidate that a policy was asked about, in four bits; 1 to 14 is a drop with that reason. */
enum weir_ruling {
	RULING_NONE = 0,     /* not asked, or deferred: user space asks */
	RULING_FORWARD = 15, /* user space sends it if the kernel has not */
	RULING_BITS = 4,
	RULING_LAST_REASON = 14,
};

/* map control, one entry, mmapable. Written by user. */
struct control {
	__u64 lease_until_ns;  /* CLOCK_MONOTONIC; past it packets are only passed up */
	__be16 listen_port;    /* UDP port of the relay, network order */
	__u16 pad;
	__u32 pad2;
};

/* ChaCha20-Poly1305 packet protection keys (RFC 9001 section 5.3): little-endian words of the key bytes. */
struct aead_keys {
	__u32 key[8];
	__u32 iv[3];
	__u32 valid; /* 0: no keys here */
};

enum entry_state { ENTRY_EMPTY = 0, ENTRY_LIVE = 1 };

/* map publishers, mmapable array. Written by user only. Invalidate: state = EMPTY, then generation + 1. */
struct publisher {
	__u32 generation;
	__u32 state;		   /* enum entry_state */
	struct aead_keys keys[2];  /* by key phase bit */
	__u32 hp[8];
	__u32 address_family;	   /* 4 or 6; the address packets must come from */
	__be16 port;
	__u16 pad;
	__be32 address[4];	   /* IPv4 in address[0] */
	__u8 shim[8];		   /* transport shim before stream and datagram payloads; empty for raw QUIC */
	__u32 shim_length;
	__u32 pad2;
	__u64 received;		   /* largest packet number that reached user space + 1; moves on past what is passed up unopened */
	__u32 own_track;	   /* own framing: the track of all that the publisher sends, whatever is in it */
	__u32 own_track_generation; /* 0: the publisher speaks MoQT, and the map tracks tells its tracks */
};

/* map replay, array, same index as publishers. user initialises before the publisher goes LIVE, then kernel only. */
struct replay {
	__u32 lock; /* a struct bpf_spin_lock in C */
	__u32 pad;
	__u64 next;	 /* largest verified packet number + 1 */
	__u64 floor;	 /* numbers below it are not judged here: treated as seen */
	__u64 window[4]; /* bit (number % 256): seen */
};

/* map connection_ids, hash: first 8 bytes of one of our own connection IDs -> who it belongs to. Written by user. */
struct connection_id_owner {
	__u32 publisher;
	__u32 generation;
};

/* map lanes, mmapable array. Written by user only. Invalidate: state = EMPTY, then generation + 1. */
struct lane {
	__u32 generation;
	__u32 state;		     /* enum entry_state */
	__u32 ifindex;		     /* egress device */
	__u32 flags;		     /* enum lane_flag */
	__u32 header_length;	     /* used bytes of header: Ethernet + IP + UDP + first byte + connection ID */
	__u32 connection_id_length;  /* 0..20 */
	__u32 max_udp_payload;	     /* bytes: peer's max_udp_payload_size and the egress MTU, whichever is less */
	__u32 max_datagram_frame;    /* bytes, whole frame; 0: peer takes no DATAGRAM */
	__u64 switch_packet_number;  /* numbers from here on use keys[1] */
	__u64 packet_number_limit;   /* numbers from here on are not used (key usage limit) */
	struct aead_keys keys[2];    /* [0] below switch_packet_number, [1] from it on */
	__u32 hp[8];
	__u8 header[88];	     /* right-aligned: Ethernet, IP, UDP (lengths and checksums 0), first byte 0x43, connection ID */
	__u8 key_phase[2];	     /* key phase bit that goes with keys[0] and keys[1] */
	__u8 pad[6];
	__u32 ip_checksum;	     /* IPv4: one's complement sum of the header's 16-bit words as in memory, length 0 */
	__u32 pseudo_checksum;	     /* one's complement sum of the pseudo header's 16-bit words as in memory, length 0 */
	__u64 stream_data_limit;     /* peer's initial_max_stream_data_uni */
	__u8 shim[8];		     /* as in struct publisher, the subscriber's side */
	__u32 shim_length;
	__u32 pad2;
};

enum lane_flag {
	LANE_IPV6 = 1,
	LANE_CHECKSUM_FREE = 2, /* egress never fills in a partial checksum (veth, loopback) */
};

/* map packet_numbers, mmapable array, one cache line each. Atomic fetch-add by both, never given back. */
struct packet_number_cell {
	__u64 next;
	__u64 unrecorded; /* kernel: numbers drawn for packets whose record could not be written; they are on no packet */
	__u64 pad[6];
};

/* map runs, mmapable array by processor, one cache line each. kernel: runs of the program that have begun and ended there. */
struct run_cell {
	__u64 begun;
	__u64 ended;
	__u64 pad[6];
};

/* map credit, mmapable array. What a lane may still send; atomics only. */
struct credit {
	__u64 congestion_window; /* user: bytes */
	__u64 bytes_in_flight;	 /* both: kernel adds a copy's UDP payload bytes, user subtracts when acknowledged or lost */
	__s64 connection_data;	 /* both: stream bytes the peer's MAX_DATA still allows; taken by fetch-sub, given back below 0 */
	__u64 next_stream_id;	 /* both: next unidirectional stream ID, advanced by 4 with compare-and-swap */
	__u64 stream_id_limit;	 /* user: first stream ID that may not be opened */
	__u64 copies;		 /* kernel: packets drawn for this lane */
	__u64 reserved;		 /* user: bytes of completion waiting; the kernel leaves them room: in flight + size + reserved <= window */
	__u64 sent_bytes;	 /* both: UDP payload bytes of all packets sent */
};

/* map measures, mmapable array, same index as lanes. What user space knows of the way to a lane's peer. Written by user. */
struct measure {
	__u64 smoothed_rtt_ns;
	__u64 delay_ns;	 /* EWMA, weight 1/8: latest round-trip time - least one */
	__u64 jitter_ns; /* EWMA, weight 1/16: difference between one round-trip time and the next */
	__u32 loss_per_million;
	__u32 lane_class; /* below LIMIT_LANE_CLASSES */
};

/* key of map tracks */
struct track_key {
	__u32 publisher;
	__u32 pad;
	__u64 alias; /* the publisher's track alias */
};

/* value of map tracks: hash, written by user */
struct track_ref {
	__u32 track;
	__u32 generation;
};

/* map track_states, mmapable array. Written by user. */
struct track_state {
	__u32 generation;
	__u32 state;		   /* enum entry_state */
	__u32 active;		   /* 0 or 1: which of the two fanouts is in force */
	__u32 pad2;
	__u8 default_priority;	   /* DEFAULT_PUBLISHER_PRIORITY, 128 if the publisher said nothing */
	__u8 alias_length;	   /* 1..9: overwrite the alias with alias[]; 0: keep it */
	__u8 alias[10];		   /* vi64, encoded with exactly as many bytes as the publisher's */
	__u32 pad;
};

/* One lane's subscription to a track. */
struct subscription {
	__u32 lane;
	__u32 lane_generation;
	__u64 start_group;  /* first location to send */
	__u64 start_object;
	__u64 end_group;    /* last group to send; ~0: open */
	__u32 flags;	    /* enum subscription_flag */
	__u32 priority;	    /* subscriber priority 0..255 */
	__u32 policy;	    /* index into policies; 0: everything passes */
	__u32 memory;	    /* index into track_memories; 0: none, and then a policy other than 0 leaves everything to user space */
};

enum subscription_flag { SUBSCRIPTION_FORWARD = 1 };

/* map fanouts, mmapable array, index 2 * track + (0 or 1). user writes the one not in force, then flips active. */
struct fanout {
	__u32 count;
	__u32 pad;
	struct subscription entries[256]; /* WEIR_LIMIT_FANOUT */
};

/* key of map streams */
struct stream_key {
	__u32 publisher;
	__u32 generation; /* of the publisher */
	__u64 stream_id;
};

/* map streams, hash. kernel inserts at the subgroup header; user removes when the stream is finished. */
struct stream_state {
	__u32 track;
	__u32 track_generation;
	__u64 group;
	__u64 subgroup;
	__u64 next_offset;  /* highest stream offset claimed by the kernel so far; under the publisher's lock */
	__u8 priority;
	__u8 type;	    /* first byte of the subgroup header */
	__u8 finished;	    /* the kernel has forwarded the FIN */
	__u8 pad[5];
};

/* key of map lane_streams */
struct lane_stream_key {
	__u32 lane;
	__u32 publisher;
	__u64 stream_id; /* the publisher's */
};

/*
 * map lane_streams, hash. A lane's copy of one publisher stream. The kernel inserts it when it opens the stream; user space
 * inserts it for a stream that it opened itself and hands over. The kernel forwards every new frame of the stream for which
 * there is credit; a frame it had to leave out (entry.reason) does not end that: user space fills the hole.
 * Connection credit is charged by high-water mark: a frame that ends at end costs end - charged if that is positive, and
 * charged becomes end (compare-and-swap), so that holes are paid for by whoever goes beyond them first.
 */
struct lane_stream {
	__u32 lane_generation;
	__u32 pad;
	__u64 stream_id; /* the lane's own */
	__u64 limit;	 /* user: peer's MAX_STREAM_DATA for it, in the lane's offsets */
	__u64 charged;	 /* both: highest lane offset paid for with connection_data */
	__s64 shift;	 /* lane offset - publisher offset; 0 where the kernel opened the stream */
};

/* context of weir_stream_limit: user has heard of a higher limit. */
struct stream_limit {
	struct lane_stream_key key;
	__u64 stream_id; /* the lane's own, and nothing happens to another one */
	__u64 limit;
};

enum candidate_kind { CANDIDATE_STREAM = 1, CANDIDATE_DATAGRAM = 2 };

enum candidate_flag {
	CANDIDATE_FIN = 1,
	CANDIDATE_HEADER = 2, /* STREAM frame at offset 0 with the subgroup header; own framing: at offset 0 */
};

/* One media frame of a publisher's packet, as the kernel understood it. */
struct candidate {
	__u8 kind;	   /* enum candidate_kind */
	__u8 flags;	   /* enum candidate_flag */
	__u8 priority;	   /* publisher priority of the object or subgroup */
	__u8 type;	   /* first byte of the MoQT header; 0 with own framing */
	__u32 track;
	__u64 stream_id;   /* publisher's stream; STREAM only */
	__u64 offset;	   /* STREAM only */
	__u64 base;	   /* next_offset before this frame; less than offset if frames before it are missing */
	__u64 group;	   /* own framing: DATAGRAM: the packet's number; STREAM: stream ID / 4 */
	__u64 object;	   /* DATAGRAM: object ID, own framing: how many DATAGRAMs are before it in the packet;
			    * STREAM: subgroup ID of a header with an explicit one, else 0 */
	__u16 length;	   /* data bytes */
	__u16 frame_start; /* offsets in the plaintext */
	__u16 data_start;
	__u16 pad;
};

/* What became of one packet for one lane. */
struct record_entry {
	__u32 lane;
	__u32 lane_generation;
	__u64 packet_number;   /* if forwarded == 0: 0, or one that was drawn in vain */
	__u64 first_stream_id; /* lane's stream for the lowest candidate in opened; the next ones follow in steps of 4 */
	__u16 forwarded;       /* bit per candidate: sent in this copy */
	__u16 opened;	       /* bit per candidate: its subgroup stream was opened by this copy */
	__u16 size;	       /* UDP payload bytes of the copy */
	__u8 reason;	       /* enum weir_reason: why the other candidates of the track were not forwarded */
	__u8 policy;	       /* the policy that was asked */
	__u64 rulings;	       /* enum weir_ruling, four bits per candidate, the lowest ones for candidate 0 */
};

/* ring buffer events: one per packet with candidates, before its first copy. Fixed head, then entry_count entries. */
struct packet_record {
	__u32 publisher;
	__u32 publisher_generation;
	__u64 packet_number;
	__u64 time_ns;	       /* CLOCK_MONOTONIC at ingress */
	__u16 candidate_count;
	__u16 entry_count;
	__u32 pad;
	struct candidate candidates[16]; /* WEIR_LIMIT_CANDIDATES */
};

/* An object as policies see it. The relay fills it in as if there were no policy; WEIR_OBJECT may change the second half. */
struct weir_object {
	__u64 group;
	__u64 subgroup; /* 0 in DATAGRAM mode */
	__u64 object;	/* object ID; STREAM: of the first object, 0 if it is not known yet */
	__u64 arrived_ns;
	__u32 size;	     /* DATAGRAM: payload bytes of the frame; STREAM: 0 */
	__u8 mode;	     /* enum candidate_kind */
	__u8 pad[3];
	__u64 index;	     /* its place in the track: the group, if no policy says otherwise */
	__u64 restart;	     /* index from which decoding can start again; at most index */
	__u64 picture;	     /* picture number in the payload; ~0: unknown */
	__u8 priority;	     /* 0..255; the publisher's, if no policy says otherwise */
	__u8 layer;	     /* 0 if no policy says otherwise */
	__u8 is_independent; /* 1: decodable alone; object 0 of a group, if no policy says otherwise */
	__u8 pad2[5];
};

/* The first bytes of an object's payload; bytes from length on are 0. */
struct weir_payload {
	__u32 length; /* 0..LIMIT_PAYLOAD */
	__u32 pad;
	__u8 bytes[128]; /* WEIR_LIMIT_PAYLOAD */
};

/* A subscriber's connection at the moment of a decision. */
struct weir_lane {
	__u64 now_ns;
	__u64 congestion_window; /* bytes */
	__u64 bytes_in_flight;	 /* may exceed the window */
	__u64 sent_bytes;
	__u64 smoothed_rtt_ns;
	__u64 delay_ns;
	__u64 jitter_ns;
	__u32 loss_per_million;
	__u32 lane_class;
	__u32 subscriber_priority;
	__u32 pad;
};

/* map track_memories, mmapable array: what is remembered of one lane and one track. Both write; user space clears it. */
struct weir_track_state {
	__u64 last_index; /* of the objects forwarded so far; ~0: none. Written by the relay after the verdict */
	__u64 drop_until; /* the policy's: index from which objects are wanted again */
	__u64 words[8];	  /* the policy's own */
};

/* map lane_memories, mmapable array, index policy * LIMIT_LANES + lane: the policy's own for one lane. As above. */
struct weir_lane_state {
	__u64 words[8];
};

/* What the policy's jar configured. */
struct weir_config {
	__u64 words[32];
};

/* A rule of the stock program for the lanes of one class; what the fields mean is said at dev.weir.spi.plan.Rule. */
struct policy_rule {
	__u64 group_step;
	__u64 max_age_ns; /* 0: any */
	__u64 bytes_per_second; /* 0: no budget */
	__u64 burst;
	__u16 limits[16];
	__u32 layers;
	__u32 pad;
};

enum policy_kind {
	POLICY_DEFER = 0, /* user space decides */
	POLICY_TABLE = 1,
	POLICY_PROGRAM = 2,
};

enum policy_flag {
	POLICY_LOOKS_AT_OBJECTS = 1,   /* the program has a WEIR_OBJECT */
	POLICY_LAYER_IS_SUBGROUP = 2,
};

/* map policies, mmapable array. Written by user while no lane list names it. */
struct policy {
	__u32 kind;    /* enum policy_kind */
	__u32 program; /* 1..LIMIT_PROGRAMS: whose functions are called */
	__u32 flags;   /* enum policy_flag */
	__u32 pad;
	struct weir_config config;
	__u8 layers[256];     /* by publisher priority */
	__u8 priorities[256]; /* by publisher priority */
	struct policy_rule rules[16]; /* by lane class */
};

/* map policy_cases, mmapable array: questions that weir_policy_check puts to policies, and their answers. */
struct policy_case {
	struct weir_object object; /* in: as without a policy; out: as the policy made it */
	struct weir_payload payload;
	struct weir_lane lane;
	struct weir_track_state track; /* in and out */
	struct weir_lane_state shared; /* in and out */
	__u32 policy;
	__u32 verdict; /* out: enum weir_verdict with reason */
};

#ifndef __cplusplus
_Static_assert(sizeof(struct aead_keys) == 48, "aead_keys");
_Static_assert(sizeof(struct packet_number_cell) == 64, "packet_number_cell");
_Static_assert(sizeof(struct run_cell) == 64, "run_cell");
_Static_assert(sizeof(struct credit) == 64, "credit");
_Static_assert(sizeof(struct subscription) == 48, "subscription");
_Static_assert(sizeof(struct candidate) == 56, "candidate");
_Static_assert(sizeof(struct record_entry) == 40, "record_entry");
_Static_assert(sizeof(struct packet_record) == 32 + 16 * sizeof(struct candidate), "packet_record");
_Static_assert(sizeof(struct weir_object) == 72, "weir_object");
_Static_assert(sizeof(struct weir_lane) == 72, "weir_lane");
_Static_assert(sizeof(struct policy) % 8 == 0, "policy");
_Static_assert(sizeof(struct policy_case) % 8 == 0, "policy_case");
_Static_assert(sizeof(struct lane) % 8 == 0, "lane");
_Static_assert(sizeof(struct publisher) % 8 == 0, "publisher");
#endif

#endif
