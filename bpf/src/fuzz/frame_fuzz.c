/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Any bytes as an Ethernet frame. The input's first byte says what surrounds the frame, the second how many bytes of a
 * genuine packet's headers replace the input's: a fuzzer would not find a connection ID by itself. Nobody can guess a
 * tag: no copy is ever made.
 */
#include "../main/bpf/weir_ingress.bpf.c"
#include "plane.h"

int LLVMFuzzerTestOneInput(const __u8 *data, size_t size);

int LLVMFuzzerTestOneInput(const __u8 *data, size_t size)
{
	__u8 frame[FUZZ_LONGEST_FRAME], headers[128];

	if (size < 2 || size - 2 > sizeof(frame))
		return 0;
	struct fuzz_choice choice = { .ipv6 = data[0] & 1, .next_stream_id = 3 };
	__u32 length = size - 2;

	fuzz_plane(&choice);
	memcpy(frame, data + 2, length);
	__u32 udp_end = fuzz_headers(headers, choice.ipv6, 2, 1, FUZZ_PUBLISHER_PORT, FUZZ_LISTEN_PORT);
	__u32 kept = data[1] < length ? data[1] : length;

	memset(headers + udp_end, 'c', sizeof(headers) - udp_end);
	headers[udp_end] = 0x43;
	if (length >= udp_end) {
		__be16 udp_length = bpf_htons(length - udp_end + UDP_LENGTH);
		__be16 ip_length = bpf_htons(length - ETHERNET_LENGTH);

		memcpy(headers + udp_end - UDP_LENGTH + 4, &udp_length, 2);
		if (choice.ipv6) {
			memcpy(headers + ETHERNET_LENGTH + 4, &udp_length, 2);
		} else {
			memcpy(headers + ETHERNET_LENGTH + 2, &ip_length, 2);
			__u16 sum = ~fuzz_sum(headers + ETHERNET_LENGTH, IPV4_LENGTH, 0);

			memcpy(headers + ETHERNET_LENGTH + 10, &sum, 2);
		}
	}
	memcpy(frame, headers, kept < udp_end + 21 ? kept : udp_end + 21);
	FUZZ_CHECK(!fuzz_run(frame, length, data[0] & 2));
	FUZZ_CHECK(!fuzz_record && !fuzz_count(COUNT_PACKETS_OPENED));
	fuzz_forget_packet();
	return 0;
}
