/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The data plane at tcx ingress: one publisher's packet in, one packet of its own for every subscriber out, and the
 * packet itself on to user space. Each step is in its own header; a step that ends the work says why, and the packet
 * passes up.
 */
#include <weir/action.h>
#include <weir/check.h>
#include <weir/decide.h>
#include <weir/index.h>
#include <weir/open.h>
#include <weir/parse_quic.h>
#include <weir/parse_udp.h>
#include <weir/record.h>
#include <weir/runs.h>

const volatile __u32 weir_abi = WEIR_ABI_VERSION;

/* The packet as it is, for opening it and for putting it back. */
static __always_inline int load_original(struct __sk_buff *skb, struct scratch *s)
{
	__u32 length = s->packet.frame_length;

	barrier_var(length);
	if (length < ETHERNET_LENGTH)
		return REASON_LENGTH;
	barrier_var(length);
	if (length > FRAME_LENGTH_MAX)
		return REASON_LENGTH;
	return bpf_skb_load_bytes(skb, 0, s->original.bytes, length) ? REASON_LENGTH : REASON_NONE;
}

static __always_inline int serve(struct __sk_buff *skb)
{
	__u32 zero = 0;
	struct scratch *s = bpf_map_lookup_elem(&scratch, &zero);

	if (!s)
		return TCX_VERDICT_NEXT;
	int reason = classify(skb, &s->packet);

	if (reason == REASON_NOT_QUIC)
		return TCX_VERDICT_NEXT;
	if (!reason)
		reason = load_original(skb, s);
	if (!reason)
		reason = check_checksum(s);
	if (!reason)
		reason = open_packet(s);
	if (!reason)
		reason = check_replay(&s->packet);
	if (!reason)
		reason = check_lease(&s->packet);
	if (!reason)
		reason = parse_frames(s);
	if (!reason)
		reason = index_frames(s);
	if (!reason)
		reason = decide(s);
	if (!reason)
		reason = write_record(s);
	if (reason) {
		count(reason & (WEIR_COUNTERS - 1));
		return TCX_VERDICT_NEXT;
	}
	if (!s->copies)
		return TCX_VERDICT_NEXT;
	count(COUNT_PACKETS_COPIED);
	replicate(skb, s);
	return restore(skb, s);
}

SEC("tc")
int weir_ingress(struct __sk_buff *skb)
{
	struct run_cell *run = begin_run();

	if (!run)
		return TCX_VERDICT_NEXT;
	int verdict = serve(skb);

	end_run(run);
	return verdict;
}

/*
 * User space calls it to raise a limit. It cannot write the entry itself, for it can only write all of it, and would undo what the
 * kernel charges at the same time.
 */
SEC("syscall")
int weir_stream_limit(struct stream_limit *raised)
{
	struct lane_stream_key key = raised->key;
	struct lane_stream *stream = bpf_map_lookup_elem(&lane_streams, &key);

	if (stream && stream->stream_id == raised->stream_id)
		stream->limit = raised->limit;
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
