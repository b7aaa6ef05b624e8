/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The maps of the data plane. Who writes what is said at the structs in abi.h. */
#ifndef WEIR_MAPS_H
#define WEIR_MAPS_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <weir/abi.h>
#include <weir/scratch.h>

/* struct replay as the verifier wants to see it: with a lock that it knows. */
struct replay_window {
	struct bpf_spin_lock lock;
	__u32 pad;
	__u64 next;
	__u64 floor;
	__u64 window[4];
};
_Static_assert(sizeof(struct replay_window) == sizeof(struct replay), "replay");

#define WEIR_SHARED_ARRAY(map_name, entries, value_type) \
	struct {                                         \
		__uint(type, BPF_MAP_TYPE_ARRAY);        \
		__uint(map_flags, BPF_F_MMAPABLE);       \
		__uint(max_entries, entries);            \
		__type(key, __u32);                      \
		__type(value, value_type);               \
	} map_name SEC(".maps")

#define WEIR_HASH(map_name, entries, key_type, value_type) \
	struct {                                           \
		__uint(type, BPF_MAP_TYPE_HASH);           \
		__uint(max_entries, entries);              \
		__type(key, key_type);                     \
		__type(value, value_type);                 \
	} map_name SEC(".maps")

#define WEIR_PER_CPU_ARRAY(map_name, entries, value_type) \
	struct {                                          \
		__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);  \
		__uint(max_entries, entries);             \
		__type(key, __u32);                       \
		__type(value, value_type);                \
	} map_name SEC(".maps")

WEIR_SHARED_ARRAY(control, 1, struct control);
WEIR_SHARED_ARRAY(publishers, WEIR_LIMIT_PUBLISHERS, struct publisher);
WEIR_HASH(connection_ids, WEIR_LIMIT_PUBLISHERS * 16, __u64, struct connection_id_owner);
WEIR_SHARED_ARRAY(lanes, WEIR_LIMIT_LANES, struct lane);
WEIR_SHARED_ARRAY(packet_numbers, WEIR_LIMIT_LANES, struct packet_number_cell);
WEIR_SHARED_ARRAY(runs, WEIR_LIMIT_PROCESSORS, struct run_cell);
WEIR_SHARED_ARRAY(credit, WEIR_LIMIT_LANES, struct credit);
WEIR_SHARED_ARRAY(measures, WEIR_LIMIT_LANES, struct measure);
WEIR_SHARED_ARRAY(policies, WEIR_LIMIT_POLICIES, struct policy);
WEIR_SHARED_ARRAY(track_memories, WEIR_LIMIT_TRACK_MEMORIES, struct weir_track_state);
WEIR_SHARED_ARRAY(lane_memories, WEIR_LIMIT_POLICIES * WEIR_LIMIT_LANES, struct weir_lane_state);
WEIR_SHARED_ARRAY(policy_cases, WEIR_LIMIT_POLICY_CASES, struct policy_case);
WEIR_HASH(tracks, WEIR_LIMIT_TRACKS, struct track_key, struct track_ref);
WEIR_SHARED_ARRAY(track_states, WEIR_LIMIT_TRACKS, struct track_state);
WEIR_SHARED_ARRAY(fanouts, WEIR_LIMIT_TRACKS * 2, struct fanout);
WEIR_HASH(streams, WEIR_LIMIT_STREAMS, struct stream_key, struct stream_state);
WEIR_HASH(lane_streams, WEIR_LIMIT_LANE_STREAMS, struct lane_stream_key, struct lane_stream);
WEIR_PER_CPU_ARRAY(counters, WEIR_COUNTERS, __u64);
WEIR_PER_CPU_ARRAY(scratch, 1, struct scratch);
WEIR_PER_CPU_ARRAY(plans, WEIR_LIMIT_FANOUT, struct plan);

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, WEIR_LIMIT_PUBLISHERS);
	__type(key, __u32);
	__type(value, struct replay_window);
} replay SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4 * 1024 * 1024);
} events SEC(".maps");

#endif
