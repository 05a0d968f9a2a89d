// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The one record layout, shared by the kernel programs (C), the addon (C++)
 * and, through the addon's offset table, TypeScript.
 *
 * Rules: every field is naturally aligned and padding is explicit; a record's
 * size is a multiple of 8, so size is also the stride; text is raw bytes,
 * NUL-padded, and not NUL-terminated when it fills its field. Change anything
 * here and INQ_LAYOUT_VERSION goes up: pinned rings of another version cannot
 * be read.
 */
#ifndef INQUEST_H
#define INQUEST_H

#ifndef __bpf__
#include <stddef.h>
#endif
#include <linux/types.h>

#ifdef __cplusplus
#define INQ_ASSERT(condition) static_assert(condition, #condition)
#else
#define INQ_ASSERT(condition) _Static_assert(condition, #condition)
#endif
#define INQ_SIZE(type, bytes) INQ_ASSERT(sizeof(struct type) == (bytes))
#define INQ_AT(type, field, offset) \
	INQ_ASSERT(__builtin_offsetof(struct type, field) == (offset))

#define INQ_LAYOUT_VERSION 4
#define INQ_ARGV_MAX 4096
#define INQ_ANCESTORS_MAX 8
#define INQ_LEVELS_MAX 8
/* That of a pod on a node of kind, all by systemd, has 330, and what runs in that 80 more. */
#define INQ_PATH_MAX 512
#define INQ_OWNER_MAX 256
#define INQ_SOCKET_PATH_MAX 108
#define INQ_REQUEST_MAX 256
#define INQ_CODE_BYTES 16
#define INQ_CODE_BEFORE 4 /* of them, before the instruction */
#define INQ_REGISTERS 34
#define INQ_FRAMES_MAX 16
#define INQ_MAPPINGS_MAX 64
#define INQ_PATHS_MAX 8192
#define INQ_STACK_MAX 16384
/* "no limit" in every limit field, and "not known" in oom_moved. */
#define INQ_NONE 0xffffffffffffffffULL

enum inq_kind {
	INQ_CONTAINER_CREATED = 1,
	INQ_CONTAINER_REMOVED = 2,
	INQ_PROCESS_EXEC = 3,
	INQ_PROCESS_EXIT = 4,
	INQ_SIGNAL_SENT = 5,
	INQ_SIGNAL_RECEIVED = 6,
	INQ_OOM_KILL = 7,
	INQ_RUNTIME_REQUEST = 8,
	INQ_PROCESS_FAULT = 9,
	INQ_KIND_LAST = INQ_PROCESS_FAULT,
	INQ_KINDS = 16, /* a power of two, with room */
	/* Not records: slots of the counters map, counted in `seen`. */
	INQ_COUNT_CONTAINERS_FULL = 16,
	INQ_COUNT_NESTED_OVERFLOW = 17,
	INQ_COUNTERS = 18,
};

/* header.flags */
#define INQ_MAIN 0x1 /* the process (target, victim) is the container's main process */
#define INQ_NESTED 0x2 /* it lives in a cgroup below the container's own */
#define INQ_ARGV_TRUNCATED 0x4 /* argv was longer than INQ_ARGV_MAX */
#define INQ_ARGV_UNREADABLE 0x8 /* argv was paged out, wholly or in part */
#define INQ_SENDER_UNTRUSTED 0x20 /* a timer and the like: sender is whatever it hit */
#define INQ_SENDER_INSIDE 0x40 /* sender and target are in the same container */
#define INQ_DEATHS_RING 0x80 /* written to the ring of deaths */

/* process.flags */
#define INQ_PROCESS_KERNEL 0x1 /* a kernel thread */
#define INQ_PROCESS_NS_INIT 0x2 /* PID 1 of a pid namespace: SIGNAL_UNKILLABLE */
#define INQ_PROCESS_EXITING 0x4 /* it was already on its way out */
#define INQ_PROCESS_MAIN 0x8 /* main process of its own container */
#define INQ_PROCESS_NESTED 0x10
#define INQ_PROCESS_DUMPING 0x20 /* writing a core file */

enum inq_info_kind { INQ_INFO_NONE = 0, INQ_INFO_PRIV = 1, INQ_INFO_STRUCT = 2 };
enum inq_disposition { INQ_DEFAULT = 0, INQ_IGNORE = 1, INQ_HANDLER = 2 };

enum inq_runtime {
	INQ_RUNTIME_UNKNOWN = 0,
	INQ_RUNTIME_DOCKER = 1,
	INQ_RUNTIME_CONTAINERD = 2,
	INQ_RUNTIME_CRIO = 3,
	INQ_RUNTIME_PODMAN = 4,
	INQ_RUNTIME_NERDCTL = 5,
	INQ_RUNTIME_KUBEPODS = 6,
	INQ_RUNTIME_BUILDKIT = 7,
};

/* What is spoken on a runtime's socket. */
enum inq_protocol {
	INQ_PROTOCOL_HTTP = 1, /* a request says what it asks for */
	INQ_PROTOCOL_OPAQUE = 2, /* gRPC: only who spoke, and when */
};

/* mapping.flags: the kernel's VM_* bits for access, and what the mapping has to do with the fault. */
#define INQ_MAPPING_READ 0x1
#define INQ_MAPPING_WRITE 0x2
#define INQ_MAPPING_EXEC 0x4
#define INQ_MAPPING_SHARED 0x8
#define INQ_MAPPING_GROWS_DOWN 0x100
#define INQ_MAPPING_FAULT 0x10000 /* the faulting address is in it */
#define INQ_MAPPING_IP 0x20000 /* so is the instruction */
#define INQ_MAPPING_STACK 0x40000 /* so is the stack pointer */
#define INQ_MAPPING_BELOW 0x80000 /* the last one below an address that is in none */
#define INQ_MAPPING_ABOVE 0x100000 /* the first one above it */

/* Registers in the order of the processor's DWARF numbers. */
enum inq_registers {
	INQ_REGISTERS_X86_64 = 1, /* rax rdx rcx rbx rsi rdi rbp rsp r8–r15 rip */
	INQ_REGISTERS_ARM64 = 2, /* x0–x30 sp pc */
};

/* How sure the kernel side is that a process is the main one. */
enum inq_main_rank {
	INQ_MAIN_NONE = 0,
	INQ_MAIN_FIRST = 1, /* first exec in the cgroup, started from inside it */
	INQ_MAIN_ENTERED = 2, /* its parent is outside: put there by the runtime */
	INQ_MAIN_NS_INIT = 3, /* and it is PID 1 of its namespace */
};

struct inq_header {
	__u32 size; /* whole record with tail, a multiple of 8 */
	__u16 kind;
	__u16 version;
	__u64 time_ns; /* CLOCK_BOOTTIME */
	__u64 sequence; /* from 1, per CPU and kind; a gap is a lost record */
	__u32 cpu;
	__u32 flags;
	__u64 container; /* cgroup id of the container's own cgroup */
};
INQ_SIZE(inq_header, 40);
INQ_AT(inq_header, container, 32);

struct inq_process {
	__u64 start_ns; /* CLOCK_BOOTTIME; with pid, the identity */
	__u64 parent_start_ns;
	__u64 cgroup;
	__u64 container; /* 0 outside every container */
	__u32 pid; /* thread group id, initial namespace */
	__u32 tid;
	__u32 ns_pid; /* thread group id in its own namespace */
	__u32 ppid;
	__u32 pid_ns; /* inode number of the pid namespace */
	__u32 pid_ns_level; /* 0 is the initial namespace */
	__u32 uid;
	__u32 gid;
	__u32 loginuid; /* 0xffffffff when unset */
	__u32 session; /* audit session, 0xffffffff when unset */
	__u32 flags;
	__u32 rank; /* enum inq_main_rank when INQ_PROCESS_MAIN */
	__u8 comm[16];
	__u8 tty[16];
	__u8 exe[32]; /* last component; empty when mm is already gone */
};
INQ_SIZE(inq_process, 144);
INQ_AT(inq_process, pid, 32);
INQ_AT(inq_process, comm, 80);

struct inq_ancestor {
	__u64 start_ns;
	__u64 cgroup;
	__u64 container;
	__u32 pid;
	__u32 uid;
	__u8 comm[16];
	__u8 exe[32];
};
INQ_SIZE(inq_ancestor, 80);

struct inq_signal_sent {
	struct inq_header header;
	struct inq_process target;
	struct inq_process sender; /* current; believe it only when has_sender */
	__u64 fault_address;
	__u32 signal;
	__s32 si_code;
	__u32 info_kind;
	__u32 group;
	__s32 result;
	__u32 disposition;
	__u32 target_unkillable;
	__u32 has_sender;
	__s32 si_pid; /* as the kernel filled it; 0 from an outer namespace */
	__u32 si_uid;
	__s32 syscall; /* signal 31 by seccomp only, else -1 */
	__u32 arch;
	__u32 n_ancestors;
	__u32 argv_len;
	struct inq_ancestor ancestors[INQ_ANCESTORS_MAX]; /* sender's, parent first */
	/* argv_len bytes of the sender's argv, NUL-separated, then padding */
};
INQ_SIZE(inq_signal_sent, 1032);
INQ_AT(inq_signal_sent, sender, 184);
INQ_AT(inq_signal_sent, signal, 336);
INQ_AT(inq_signal_sent, ancestors, 392);

struct inq_signal_received {
	struct inq_header header;
	struct inq_process process;
	__u32 signal;
	__u32 pad;
};
INQ_SIZE(inq_signal_received, 192);

struct inq_process_exec {
	struct inq_header header;
	struct inq_process process;
	__u8 filename[128];
	__u32 argc;
	__u32 argv_len;
	/* argv_len bytes of argv, NUL-separated, then padding */
};
INQ_SIZE(inq_process_exec, 320);
INQ_AT(inq_process_exec, filename, 184);

struct inq_memory {
	__u64 cgroup; /* the one measured: the container's where it has a memcg */
	__u64 usage_pages;
	__u64 limit_pages;
	__u64 peak_pages;
	__u64 failcnt;
	__u64 oom_events; /* MEMCG_OOM, local to this cgroup */
	__u64 swap_usage_pages; /* v2: swap, v1: memory and swap */
	__u64 swap_limit_pages;
};
INQ_SIZE(inq_memory, 64);

struct inq_throttle {
	__u64 cgroup; /* first level upwards with a quota; 0 when there is none */
	__u64 quota_us;
	__u64 period_us;
	__u64 nr_periods;
	__u64 nr_throttled;
	__u64 throttled_ns;
};
INQ_SIZE(inq_throttle, 48);

struct inq_pids {
	__u64 current_count;
	__u64 limit;
	__u64 max_events; /* forks refused */
};
INQ_SIZE(inq_pids, 24);

struct inq_process_exit {
	struct inq_header header;
	struct inq_process process;
	__u32 status; /* wait status: signal in 0x7f, core 0x80, code above */
	__u32 group_exit;
	__u64 max_rss_pages; /* as getrusage: includes what it was before its last exec */
	__u64 cpu_ns;
	__u64 utime_ns;
	__u64 stime_ns;
	struct inq_memory memory;
	struct inq_throttle throttle;
	struct inq_pids pids;
};
INQ_SIZE(inq_process_exit, 360);
INQ_AT(inq_process_exit, memory, 224);

struct inq_oom_level {
	__u64 cgroup;
	__u64 usage_pages;
	__u64 limit_pages;
	__u64 peak_pages;
	__u64 oom_group; /* 1: the kernel kills all of it at once */
	__u64 oom_events;
	__u64 oom_moved; /* since the last known count; INQ_NONE when unknown */
	__u64 moved_ns; /* when it was last seen to move, 0 for never */
	__u8 name[64];
};
INQ_SIZE(inq_oom_level, 128);

struct inq_oom_kill {
	struct inq_header header;
	struct inq_process victim;
	struct inq_process trigger; /* was allocating; often not the victim */
	__u32 n_levels;
	__s32 oom_score_adj;
	struct inq_oom_level levels[INQ_LEVELS_MAX]; /* victim's memcg first */
};
INQ_SIZE(inq_oom_kill, 1360);
INQ_AT(inq_oom_kill, levels, 336);

struct inq_container_record {
	struct inq_header header;
	__u8 id[64];
	__u8 path[INQ_PATH_MAX];
	__u32 runtime;
	__u32 depth; /* level of its cgroup in the hierarchy */
	__u64 main_start_ns;
	__u32 main_pid;
	__u32 main_rank;
	__u64 outer; /* cgroup id of the container in which it runs, 0 for none */
	__u64 suppressed[INQ_KINDS];
};
INQ_SIZE(inq_container_record, 776);
INQ_AT(inq_container_record, runtime, 616);

/* A process wrote to a runtime's socket. header.container is the client's. */
struct inq_runtime_request {
	struct inq_header header;
	struct inq_process client;
	__u32 runtime; /* enum inq_runtime */
	__u32 protocol;
	__u32 n_ancestors;
	__u32 argv_len;
	__u8 socket[112]; /* the path that the runtime bound */
	__u8 text[INQ_REQUEST_MAX]; /* HTTP: the request line, without its end */
	struct inq_ancestor ancestors[INQ_ANCESTORS_MAX]; /* client's, parent first */
	/* argv_len bytes of the client's argv, NUL-separated, then padding */
};
INQ_SIZE(inq_runtime_request, 1208);
INQ_AT(inq_runtime_request, runtime, 184);
INQ_AT(inq_runtime_request, text, 312);

struct inq_mapping {
	__u64 start;
	__u64 end;
	__u64 file_offset; /* of start, in bytes */
	__u64 inode; /* 0: no file behind it */
	__u64 file_bytes;
	__u64 capacity_bytes; /* of a tmpfs; INQ_NONE for others and for one without a limit */
	__u32 device; /* as in the kernel: major << 20 | minor */
	__u32 magic; /* of the file system */
	__u32 flags;
	__u32 links; /* 0: the file has been removed */
	__u32 path; /* where in `paths`; its file's name comes first, then its folders up to the root */
	__u32 path_length; /* 0: there was no room */
	__u32 shown; /* the same as the process sees it, for the mapping of the fault */
	__u32 shown_length;
};
INQ_SIZE(inq_mapping, 80);

struct inq_build_id {
	__s32 status; /* 1: id and offset are there, 2: only the address (in offset) */
	__u8 id[20];
	__u64 offset;
};
INQ_SIZE(inq_build_id, 32);

/*
 * What a process looked like from outside when a fault of its own, or abort(), was
 * about to end it. `stack` is last, and only stack_length bytes of it are there.
 */
struct inq_process_fault {
	struct inq_header header;
	struct inq_process process;
	__u64 fault_address;
	__u64 stack_start; /* address of stack[0]: at or a little below the stack pointer */
	__u64 stack_limit; /* RLIMIT_STACK */
	__u64 main_stack; /* where the stack of the first thread began */
	__u32 signal;
	__s32 si_code;
	__u32 register_set; /* enum inq_registers; 0: unknown */
	__u32 n_frames;
	__u32 n_build_ids;
	__u32 n_mappings;
	__u32 mappings_left_out;
	__u32 stack_length;
	__u32 trap; /* x86: number of the exception */
	__u32 has_code;
	__u64 error_code; /* x86: as the processor gave it; arm64: ESR */
	__u8 code[INQ_CODE_BYTES]; /* around the instruction, where has_code says so */
	__u64 registers[INQ_REGISTERS];
	__u64 frames[INQ_FRAMES_MAX]; /* by frame pointers, the instruction first */
	struct inq_build_id build_ids[INQ_FRAMES_MAX]; /* of the files that they are in */
	struct inq_mapping mappings[INQ_MAPPINGS_MAX]; /* by address, then BELOW and ABOVE */
	__u8 paths[INQ_PATHS_MAX]; /* components, each NUL-terminated */
	__u8 paths_slack[256];
	__u8 stack[INQ_STACK_MAX];
};
INQ_SIZE(inq_process_fault, 31144);
INQ_AT(inq_process_fault, signal, 216);
INQ_AT(inq_process_fault, stack, 14760);

/* Values of the maps that outlive a reader. */
struct inq_runtime_socket {
	__u32 runtime;
	__u32 protocol;
	__u32 uid; /* who must have opened it */
	__u32 pad;
};

struct inq_bucket {
	__u64 filled_ns; /* 0: never used, full */
	__u64 tokens;
};

struct inq_container {
	__u8 id[64];
	__u8 path[INQ_PATH_MAX];
	__u32 runtime;
	__u32 depth;
	__u64 main_start_ns; /* of a seeded one only exact to 10 ms until it is met */
	__u32 main_pid;
	__u32 main_rank;
	__u32 main_exited;
	__u32 pad;
	__u64 outer; /* cgroup id of the container in which it runs, 0 for none */
	__u64 nested;
	__u64 suppressed[INQ_KINDS];
	struct inq_bucket deaths;
	struct inq_bucket events;
	struct inq_bucket faults;
};
INQ_SIZE(inq_container, 800);
INQ_AT(inq_container, suppressed, 624);

struct inq_baseline {
	__u64 oom_events;
	__u64 moved_ns;
};

struct inq_counter {
	__u64 seen;
	__u64 written;
	__u64 lost;
	__u64 suppressed;
};
INQ_SIZE(inq_counter, 32);

struct inq_meta {
	__u32 layout_version;
	__u32 owner_length;
	__u64 loaded_ns;
	__u8 owner[INQ_OWNER_MAX];
};
INQ_SIZE(inq_meta, 272);

#endif
