/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Step 5, index: which track, group and object each media frame belongs to. What belongs to an armed track is a
 * candidate. */
#ifndef WEIR_INDEX_H
#define WEIR_INDEX_H

#include <weir/maps.h>
#include <weir/parse_moqt.h>
#include <weir/stats.h>

static __always_inline struct track_state *live_track(__u32 track, __u32 generation)
{
	struct track_state *state = bpf_map_lookup_elem(&track_states, &track);

	return state && state->state == ENTRY_LIVE && state->generation == generation ? state : NULL;
}

/* The track that a header's alias names, or NULL. */
static __always_inline struct track_state *find_track(const struct packet *packet, const struct media_header *header,
						      struct track_ref *ref)
{
	struct track_key key = { .publisher = packet->publisher, .alias = header->alias };
	struct track_ref *found = bpf_map_lookup_elem(&tracks, &key);

	if (!found)
		return NULL;
	*ref = *found;
	return live_track(ref->track, ref->generation);
}

/* Once per packet and not per copy: all subscribers of a track see the same alias. */
static __always_inline void overwrite_alias(struct text *text, const struct media_header *header,
					    const struct track_state *track, struct candidate_detail *detail)
{
	__u32 start = header->alias_start;

	if (!track->alias_length)
		return;
	if (track->alias_length != header->alias_length || start > WEIR_LIMIT_PLAINTEXT) {
		detail->blocked = 1;
		return;
	}
	for (__u32 i = 0; i < 9; i++) {
		if (i < header->alias_length)
			text->bytes[start + i] = track->alias[i];
	}
}

static __always_inline void take_header(struct scratch *s, struct candidate *frame, struct candidate_detail *detail,
					const struct media_header *header, const struct track_state *track, __u32 index)
{
	frame->type = header->type;
	frame->track = index;
	frame->group = header->group;
	frame->object = header->object;
	frame->priority = header->priority < 0 ? track->default_priority : header->priority;
	overwrite_alias(&s->opened, header, track, detail);
}

static __always_inline void note_payload(struct candidate_detail *detail, __u32 start, __u64 length, __u32 end)
{
	detail->payload_start = start;
	detail->payload_length = length < end - start ? length : end - start;
}

/* For policies that look into payloads. An object whose header is not whole stays as it was: ID 0, no payload. */
static __always_inline void note_first_object(struct scratch *s, const struct media_header *header, __u32 end,
					      struct candidate_detail *detail)
{
	__u32 start;
	__u64 object, length;

	if (!parse_first_object(&s->opened, header->end, end, header->type, &object, &start, &length))
		return;
	detail->object = object;
	note_payload(detail, start, length, end);
}

static __always_inline int index_datagram(struct scratch *s, struct candidate *frame, struct candidate_detail *detail)
{
	struct media_header header = {};
	struct track_ref ref;
	__u32 end = frame->data_start + frame->length;

	if (!parse_object_datagram(&s->opened, frame->data_start, end, &header)) {
		count(REASON_UNSUPPORTED_OBJECT);
		return 0;
	}
	struct track_state *track = find_track(&s->packet, &header, &ref);

	if (!track)
		return 0;
	take_header(s, frame, detail, &header, track, ref.track);
	detail->object = header.object;
	if (!(header.type & DATAGRAM_STATUS)) /* an object with a status has no payload */
		note_payload(detail, header.end, end - header.end, end);
	return 1;
}

/*
 * Claims the frame's bytes, so that each byte of a stream is forwarded by the kernel at most once. Bytes from below
 * what was claimed before are left to user space. A hole in front of the frame is fine: user space fills it.
 */
static __always_inline int claim(struct scratch *s, struct candidate *frame, struct stream_state *stream)
{
	struct replay_window *window = bpf_map_lookup_elem(&replay, &s->packet.publisher);
	__u64 offset = frame->offset, end = frame->offset + frame->length;
	__u8 finish = frame->flags & CANDIDATE_FIN;

	if (!window || (!frame->length && !finish))
		return 0;
	bpf_spin_lock(&window->lock);
	__u64 base = stream->next_offset;
	int fresh = offset >= base && !stream->finished;

	if (fresh) {
		stream->next_offset = end;
		stream->finished = finish;
	}
	bpf_spin_unlock(&window->lock);
	frame->base = base;
	if (!fresh)
		count(REASON_RETRANSMITTED);
	return fresh;
}

static __always_inline struct stream_key stream_key_of(const struct packet *packet, const struct candidate *frame)
{
	return (struct stream_key){ packet->publisher, packet->generation, frame->stream_id };
}

/* The frame that begins a stream makes it known. */
static __always_inline int open_upstream(struct scratch *s, struct candidate *frame, const struct stream_state *fresh)
{
	struct stream_key key = stream_key_of(&s->packet, frame);

	bpf_map_update_elem(&streams, &key, fresh,
			    BPF_NOEXIST); /* the lookup tells whether it is there, by whomever */
	struct stream_state *stream = bpf_map_lookup_elem(&streams, &key);

	if (!stream) {
		count(REASON_SUBGROUP_HEADER);
		return 0;
	}
	frame->flags |= CANDIDATE_HEADER;
	return claim(s, frame, stream);
}

/* A frame at offset 0: the subgroup's header must be whole in it, and the stream becomes known by it. */
static __always_inline int index_header(struct scratch *s, struct candidate *frame, struct candidate_detail *detail)
{
	struct media_header header = {};
	struct track_ref ref;
	__u32 end = frame->data_start + frame->length;

	if (!parse_subgroup_header(&s->opened, frame->data_start, end, &header)) {
		count(REASON_SUBGROUP_HEADER);
		return 0;
	}
	struct track_state *track = find_track(&s->packet, &header, &ref);

	if (!track)
		return 0;
	struct stream_state fresh = {
		.track = ref.track,
		.track_generation = ref.generation,
		.group = header.group,
		.subgroup = header.object,
		.type = header.type,
		.priority = header.priority < 0 ? track->default_priority : header.priority,
	};

	if (!open_upstream(s, frame, &fresh))
		return 0;
	take_header(s, frame, detail, &header, track, ref.track);
	note_first_object(s, &header, end, detail);
	return 1;
}

static __always_inline int index_continuation(struct scratch *s, struct candidate *frame)
{
	struct stream_key key = stream_key_of(&s->packet, frame);
	struct stream_state *stream = bpf_map_lookup_elem(&streams, &key);

	if (!stream) {
		count(REASON_STREAM_UNKNOWN);
		return 0;
	}
	if (!live_track(stream->track, stream->track_generation))
		return 0;
	frame->track = stream->track;
	frame->group = stream->group;
	frame->priority = stream->priority;
	frame->type = stream->type;
	return claim(s, frame, stream);
}

/*
 * A frame of a publisher with own framing, a DATAGRAM or the first of a stream. Nothing of it is read: it has no header
 * whose alias would have to be overwritten, and its payload begins with its first byte.
 */
static __always_inline int index_own(struct scratch *s, struct candidate *frame, struct candidate_detail *detail)
{
	__u32 end = frame->data_start + frame->length, ordinal = s->own.datagrams;
	struct track_state *track = live_track(s->own.track, s->own.generation);

	if (!track)
		return 0;
	frame->track = s->own.track;
	frame->priority = track->default_priority;
	note_payload(detail, frame->data_start, frame->length, end);
	if (frame->kind == CANDIDATE_DATAGRAM) {
		frame->group = s->packet.number;
		frame->object = detail->object = ordinal;
		s->own.datagrams = ordinal + 1;
		return 1;
	}
	struct stream_state fresh = {
		.track = s->own.track,
		.track_generation = s->own.generation,
		.group = frame->stream_id / 4,
		.priority = track->default_priority,
	};

	frame->group = fresh.group;
	return open_upstream(s, frame, &fresh);
}

/* Looks at media frame number index, and if it is a candidate keeps it as the next one. */
__noinline int index_frame(struct scratch *s, __u32 index)
{
	struct candidate_detail detail = {};

	if (!s || index >= WEIR_LIMIT_CANDIDATES)
		return 1;
	struct candidate *frame = &s->record.candidates[index];
	int kept;

	if (frame->kind == CANDIDATE_STREAM && frame->offset)
		kept = index_continuation(s, frame);
	else if (s->own.generation)
		kept = index_own(s, frame, &detail);
	else if (frame->kind == CANDIDATE_DATAGRAM)
		kept = index_datagram(s, frame, &detail);
	else
		kept = index_header(s, frame, &detail);
	__u32 slot = s->record.candidate_count;

	if (!kept || slot >= WEIR_LIMIT_CANDIDATES)
		return 0;
	s->record.candidates[slot] = *frame;
	s->details[slot] = detail;
	s->record.candidate_count = slot + 1;
	return 0;
}

/* Whether a candidate's track has more candidates behind it: only the last frame of a copy may do without a length. */
__noinline int relate_candidate(struct scratch *s, __u32 index)
{
	if (!s || index >= WEIR_LIMIT_CANDIDATES)
		return 1;
	__u32 track = s->record.candidates[index].track, candidates = s->record.candidate_count;

	s->details[index].last_of_track = 1;
	for (__u32 i = 0; i < WEIR_LIMIT_CANDIDATES; i++) {
		if (i > index && i < candidates && s->record.candidates[i].track == track)
			s->details[index].last_of_track = 0;
	}
	return 0;
}

/* Whether the publisher has own framing, and which track then is its one. */
static __always_inline void find_own_track(struct scratch *s)
{
	const struct publisher *publisher = bpf_map_lookup_elem(&publishers, &s->packet.publisher);

	s->own.generation = publisher ? publisher->own_track_generation : 0;
	s->own.track = publisher ? publisher->own_track : 0;
	s->own.datagrams = 0;
}

static __always_inline int index_frames(struct scratch *s)
{
	find_own_track(s);
	s->record.candidate_count = 0;
	for (__u32 i = 0; i < WEIR_LIMIT_CANDIDATES; i++) {
		if (i >= s->walk.frame_count)
			break;
		index_frame(s, i);
	}
	for (__u32 i = 0; i < WEIR_LIMIT_CANDIDATES; i++) {
		if (i >= s->record.candidate_count)
			break;
		relate_candidate(s, i);
	}
	return s->record.candidate_count ? REASON_NONE : REASON_NO_CANDIDATE;
}

#endif
