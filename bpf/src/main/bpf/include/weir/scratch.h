/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the steps hand on to one another: too large for the 512 bytes of stack, so it lives in per-CPU maps. */
#ifndef WEIR_SCRATCH_H
#define WEIR_SCRATCH_H

#include <weir/abi.h>
#include <weir/consts.h>

struct text {
	__u8 bytes[TEXT_SIZE];
};

/* The working set of one AEAD operation (RFC 8439). Words are little-endian. */
struct cipher {
	__u32 state[16]; /* constants, key, block counter, nonce */
	__u32 block[16]; /* a block of keystream */
	__u32 poly_key[8];
	__u32 tag[4];
	__u8 aad[32]; /* zeros behind aad_length */
	__u32 aad_length;
	__u32 pad;
};

/* The publisher's packet, from classify and open. */
struct packet {
	__u32 publisher;
	__u32 generation;
	__u32 family;	      /* 4 or 6 */
	__u32 frame_length;   /* whole skb */
	__u32 payload_offset; /* of the UDP payload in the skb */
	__u32 payload_length;
	__u32 text_length; /* plaintext bytes */
	__u32 partial;	   /* 1: a device is asked to finish the UDP checksum (CHECKSUM_PARTIAL) */
	__u32 unverified;  /* 1: nobody has compared the UDP checksum yet */
	__u32 pad;
	__u64 number;
	__u64 time_ns;
};

/* Where the frame walk is. */
struct walk {
	__u32 offset;
	__u32 ack_ranges;  /* still to come */
	__u32 ack_counts;  /* varints of ACK_ECN still to come */
	__u32 frame_count; /* media frames found, in record.candidates */
	__u64 ack_smallest;
};

/* Of a publisher with own framing. */
struct own_framing {
	__u32 track;
	__u32 generation; /* of the track; 0: the publisher speaks MoQT */
	__u32 datagrams;  /* seen in the packet so far */
	__u32 pad;
};

/* What else is known of a candidate. */
struct candidate_detail {
	__u8 blocked;	    /* its alias cannot be overwritten in place */
	__u8 last_of_track; /* no candidate of the same track behind it */
	__u8 room;	    /* replicate: bytes before the data that a frame header may use */
	__u8 pad;
	__u16 payload_start; /* of the object, in the plaintext; STREAM: of the first object, if its header is whole */
	__u16 payload_length; /* as far as it is in this frame */
	__u64 object;	     /* object ID; STREAM: of the first object */
};

/* The lane that the decide pass is at. */
struct lane_work {
	struct subscription subscription;
	__u32 reason;	      /* the first refusal */
	__u32 reason_for_all; /* why no copy at all can be made for the lane */
	__u32 wanted;	      /* candidates that passed so far */
	__u32 opened;	      /* those among them that open a stream */
	__u32 start;	      /* of the copy's frames in scratch.base */
	__u32 end;
	__u32 overhead; /* UDP payload bytes of a copy around its plaintext */
	__u32 has_view; /* scratch.lane is of this lane */
	__u64 first_stream_id; /* of the streams opened */
	__u64 next_stream_id;
	__u64 rulings;
};

/* What the decide pass settled for one entry of the record, for the replicate pass; by candidate. */
struct plan {
	__u64 stream_ids[WEIR_LIMIT_CANDIDATES]; /* the lane's own */
	__u64 offsets[WEIR_LIMIT_CANDIDATES];	 /* the lane's own */
	__u64 paid[WEIR_LIMIT_CANDIDATES];	 /* connection credit taken, bytes */
	__u32 start;				 /* of the copy's plaintext in scratch.base */
	__u32 length;
};

struct scratch {
	struct packet packet;
	struct walk walk;
	struct own_framing own;
	struct lane_work work;
	struct cipher cipher;
	struct candidate_detail details[WEIR_LIMIT_CANDIDATES];
	__u32 track_mask; /* decide: candidates of the track it is at */
	__u32 base_mask;  /* replicate: candidates that base holds */
	__u32 changed;	  /* replicate: the skb is no longer the publisher's */
	__u32 copies;
	__u32 looked_policy; /* the policy that objects were looked at by */
	__u32 looked_mask;   /* candidates that are in objects */
	struct weir_lane lane;
	struct weir_payload payload;
	struct weir_object objects[WEIR_LIMIT_CANDIDATES];
	struct packet_record record;
	struct record_entry entries[WEIR_LIMIT_FANOUT]; /* directly behind the record: they are written as one */
	struct text original;				/* the publisher's packet as it came */
	struct text opened;				/* its plaintext */
	struct text base;				/* the plaintext of the copies, TEXT_HEADROOM bytes in */
	struct text copy;				/* the copy */
};
_Static_assert(sizeof(struct scratch) <= 32768, "a per-CPU map value is at most 32 KiB");

#endif
