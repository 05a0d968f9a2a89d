// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The kernel side of Inquest: what ended a process in a container, written down
 * when it happens. Raw tracepoints, so it needs neither kprobes nor ftrace
 * and works under lockdown (but for request.bpf.h before Linux 6.3, and for exec and exit since Linux 7); raw and not
 * typed because signal_generate passes the numbers 0 and 1 where BTF promises a pointer.
 */
#include "kernel.h"
#include <linux/bpf.h>
#include <asm/ptrace.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>
#include "inquest.h"
#include "maps.bpf.h"
#include "process.bpf.h"
#include "oom.bpf.h"
#include "containers.bpf.h"
#include "exec.bpf.h"
#include "signal.bpf.h"
#include "exit.bpf.h"
#include "request.bpf.h"
#include "mappings.bpf.h"
#include "fault.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";
