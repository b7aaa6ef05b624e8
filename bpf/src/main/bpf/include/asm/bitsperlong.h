/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The kernel's generic header: BPF is no machine architecture, and the machine's own folder differs by distribution. */
#include <asm-generic/bitsperlong.h>
