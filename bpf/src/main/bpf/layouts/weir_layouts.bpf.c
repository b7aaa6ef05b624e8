/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Never loaded: lists the types that Java sees so that they all appear in this object's BTF, from which the Java
 * layouts are generated. A type that is not listed here, nor reached from one that is, has no Java layout.
 */
#include <weir/abi.h>
#include <weir/impair.h>
#include <weir/selftest.h>

struct weir_layouts {
	enum weir_abi abi;
	enum weir_limit limit;
	enum weir_reason reason;
	enum weir_verdict verdict;
	enum weir_ruling ruling;
	enum policy_kind policy_kind;
	enum policy_flag policy_flag;
	enum entry_state entry_state;
	enum lane_flag lane_flag;
	enum subscription_flag subscription_flag;
	enum candidate_kind candidate_kind;
	enum candidate_flag candidate_flag;
	struct control control;
	struct publisher publisher;
	struct replay replay;
	struct connection_id_owner connection_id_owner;
	struct lane lane;
	struct packet_number_cell packet_number_cell;
	struct run_cell run_cell;
	struct credit credit;
	struct measure measure;
	struct policy policy;
	struct policy_rule policy_rule;
	struct policy_case policy_case;
	struct track_key track_key;
	struct track_ref track_ref;
	struct track_state track_state;
	struct fanout fanout;
	struct stream_key stream_key;
	struct stream_state stream_state;
	struct lane_stream_key lane_stream_key;
	struct lane_stream lane_stream;
	struct stream_limit stream_limit;
	struct record_entry record_entry;
	struct packet_record packet_record;
	struct selftest selftest;
	enum impair_limit impair_limit;
	enum impair_flag impair_flag;
	struct impair impair;
	struct selftest_plaintext selftest_plaintext;
};

struct weir_layouts weir_layouts;
