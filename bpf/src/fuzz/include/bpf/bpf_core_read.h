/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* In place of libbpf's header of this name: the fuzzer's sk_buff is where its struct says it is. */
#ifndef WEIR_FUZZ_BPF_CORE_READ_H
#define WEIR_FUZZ_BPF_CORE_READ_H

#define BPF_CORE_READ_BITFIELD(from, field) ((from)->field)

#endif
