/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The data plane's functions one by one, for the vectors of RFC 8439, RFC 9000 and RFC 9001 and for comparison with the
 * Java parsers. Each program takes a struct selftest behind the Ethernet header and writes its answer over it.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <weir/aead.h>
#include <weir/parse_moqt.h>
#include <weir/parse_quic.h>
#include <weir/selftest.h>

const volatile __u32 weir_abi = WEIR_ABI_VERSION;

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct scratch);
} selftest_scratch SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct selftest);
} selftest_cases SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, SELFTEST_BATCH);
	__type(key, __u32);
	__type(value, struct selftest_plaintext);
} selftest_batch SEC(".maps");

typedef void (*selftest_function)(struct selftest *test, struct scratch *s);

static __always_inline int run(struct __sk_buff *skb, selftest_function function)
{
	__u32 zero = 0;
	struct scratch *s = bpf_map_lookup_elem(&selftest_scratch, &zero);
	struct selftest *test = bpf_map_lookup_elem(&selftest_cases, &zero);

	if (!s || !test || bpf_skb_load_bytes(skb, ETHERNET_LENGTH, test, sizeof(*test)))
		return -1;
	function(test, s);
	return bpf_skb_store_bytes(skb, ETHERNET_LENGTH, test, sizeof(*test), 0);
}

#define SELFTEST(name)                                                                     \
	static __always_inline void name##_test(struct selftest *test, struct scratch *s); \
	SEC("tc") int name(struct __sk_buff *skb)                                          \
	{                                                                                  \
		return run(skb, name##_test);                                              \
	}                                                                                  \
	static __always_inline void name##_test(struct selftest *test, struct scratch *s)

static __always_inline void copy_bytes(__u8 *to, const __u8 *from)
{
	for (__u32 i = 0; i < sizeof(((struct selftest *)0)->text); i += 8)
		*(__u64 *)(to + i) = *(const __u64 *)(from + i);
}

/* words: state in, block out. */
SELFTEST(selftest_chacha20)
{
	__builtin_memcpy(s->cipher.state, test->words, sizeof(test->words));
	test->result = chacha20_block(&s->cipher);
	__builtin_memcpy(test->words, s->cipher.block, sizeof(test->words));
}

/* words[0..7]: key in; words[0..3]: tag of length bytes of text out. A last block that is not whole is marked and
 * padded here. */
SELFTEST(selftest_poly1305)
{
	__u32 length = test->length, key[8];
	struct poly1305 poly;

	(void)s;
	if (length > 1024)
		return;
	__builtin_memcpy(key, test->words, sizeof(key));
	poly1305_begin(&poly, key);
	for (__u32 i = 0; i < 1024 / POLY1305_BLOCK; i++) {
		if (i * POLY1305_BLOCK + POLY1305_BLOCK > length)
			break;
		poly1305_block(&poly, (const void *)(test->text + i * POLY1305_BLOCK), 1);
	}
	if (length & 15) {
		const __u64 *words = (const void *)(test->text + (length & ~15U));
		__s32 left = length & 15;
		__u64 low = keep_bytes(words[0], left), high = keep_bytes(words[1], left - 8);

		if (left < 8)
			low |= 1ULL << (left * 8);
		else
			high |= 1ULL << ((left - 8) * 8);
		__u32 last[4] = { low, low >> 32, high, high >> 32 };

		poly1305_block(&poly, last, 0);
	}
	poly1305_finish(&poly, key, test->words);
}

static __always_inline void take_aead(const struct selftest *test, struct scratch *s)
{
	__builtin_memcpy(s->cipher.aad, test->aad, sizeof(test->aad));
	s->cipher.aad_length = test->aad_length;
}

/* text: plaintext in, ciphertext and tag out. */
SELFTEST(selftest_seal)
{
	__u32 length = test->length;

	take_aead(test, s);
	copy_bytes(s->base.bytes, test->text);
	test->result = aead_seal(&s->cipher, &test->keys, test->number, &s->base, 0, length, &s->copy);
	copy_bytes(test->text, s->copy.bytes + COPY_TEXT);
}

/* text: ciphertext and tag in, plaintext out; length: of the plaintext. */
SELFTEST(selftest_open)
{
	take_aead(test, s);
	copy_bytes(s->original.bytes, test->text);
	test->result = aead_open(&s->cipher, &test->keys, test->number, &s->original, 0, test->length, &s->opened);
	copy_bytes(test->text, s->opened.bytes);
}

/* words[0..7]: key, words[8..11]: sample in; words[0..1]: mask out. */
SELFTEST(selftest_header_mask)
{
	header_mask(&s->cipher, test->words, test->words + 8);
	test->words[0] = s->cipher.block[0];
	test->words[1] = s->cipher.block[1];
}

static __always_inline void load_text(const struct selftest *test, struct scratch *s)
{
	copy_bytes(s->opened.bytes, test->text);
}

/* text, length in; number and length out; result 1: decoded. */
SELFTEST(selftest_varint)
{
	__u32 offset = 0;

	load_text(test, s);
	test->result = read_varint(&s->opened, &offset, test->length, &test->number);
	test->length = offset;
}

SELFTEST(selftest_vi64)
{
	__u32 offset = 0;

	load_text(test, s);
	test->result = read_vi64(&s->opened, &offset, test->length, &test->number);
	test->length = offset;
}

/* number: next expected one, words[0]: truncated number, length: its bytes in; number out. */
SELFTEST(selftest_packet_number)
{
	(void)s;
	test->number = decode_packet_number(test->number, test->words[0], test->length & 7);
}

static __always_inline void give_header(struct selftest *test, const struct media_header *header)
{
	struct candidate *frame = &test->frames[0];

	frame->type = header->type;
	frame->group = header->group;
	frame->object = header->object;
	frame->stream_id = header->alias;
	frame->frame_start = header->alias_start;
	frame->length = header->alias_length;
	test->words[0] = header->priority;
}

/* text, length in; result 1: decided on; frames[0]: type, group, object; alias as stream_id, its place as frame_start,
 * length. */
SELFTEST(selftest_datagram)
{
	struct media_header header = {};

	load_text(test, s);
	test->result = parse_object_datagram(&s->opened, 0, test->length, &header);
	give_header(test, &header);
}

SELFTEST(selftest_subgroup)
{
	struct media_header header = {};

	load_text(test, s);
	test->result = parse_subgroup_header(&s->opened, 0, test->length, &header);
	give_header(test, &header);
}

/* The MoQT header of media frame number index of a plaintext. */
__noinline int read_header(struct scratch *s, struct selftest_plaintext *test, __u32 index)
{
	struct media_header header = {};

	if (!s || !test || index >= WEIR_LIMIT_CANDIDATES)
		return 1;
	const struct candidate *frame = &s->record.candidates[index];
	struct selftest_header *answer = &test->headers[index];
	__u32 end = frame->data_start + frame->length, start = 0;

	answer->first_result = 0;
	if (frame->kind == CANDIDATE_DATAGRAM) {
		answer->result = parse_object_datagram(&s->opened, frame->data_start, end, &header);
	} else {
		answer->result = parse_subgroup_header(&s->opened, frame->data_start, end, &header);
		if (answer->result)
			answer->first_result = parse_first_object(&s->opened, header.end, end, header.type,
								  &answer->first_object, &start, &answer->first_length);
	}
	answer->alias = header.alias;
	answer->group = header.group;
	answer->object = header.object;
	answer->type = header.type;
	answer->priority = header.priority;
	answer->alias_start = header.alias_start;
	answer->alias_length = header.alias_length;
	answer->end = header.end;
	answer->first_start = start;
	return 0;
}

static int parse_plaintext(__u32 index, void *unused)
{
	__u32 zero = 0;
	struct scratch *s = bpf_map_lookup_elem(&selftest_scratch, &zero);
	struct selftest_plaintext *test = bpf_map_lookup_elem(&selftest_batch, &index);

	(void)unused;
	if (!s || !test)
		return 1;
	copy_bytes(s->opened.bytes, test->text);
	s->packet.text_length = test->length <= WEIR_LIMIT_PLAINTEXT ? test->length : 0;
	test->reason = parse_frames(s);
	test->frame_count = s->walk.frame_count;
	__builtin_memcpy(test->frames, s->record.candidates, sizeof(test->frames));
	for (__u32 i = 0; i < WEIR_LIMIT_CANDIDATES; i++) {
		if (i >= s->walk.frame_count)
			break;
		read_header(s, test, i);
	}
	return 0;
}

/* Many plaintexts in one run; the first four bytes behind the Ethernet header say how many of selftest_batch. */
SEC("tc")
int selftest_parse(struct __sk_buff *skb)
{
	__u32 plaintexts = 0;

	if (bpf_skb_load_bytes(skb, ETHERNET_LENGTH, &plaintexts, sizeof(plaintexts)) || plaintexts > SELFTEST_BATCH)
		return -1;
	return bpf_loop(plaintexts, parse_plaintext, NULL, 0) != plaintexts;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
