// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The kernel types that are read, and of each only the fields that are read.
 * CO-RE moves every access to where the running kernel keeps the field, so
 * order, size and neighbours mean nothing here. A layout that changed is a
 * second flavour (___suffix) told apart by BTF, never by kernel version.
 */
#ifndef INQUEST_KERNEL_H
#define INQUEST_KERNEL_H

#include <linux/types.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __s32 s32;
typedef __u64 u64;
typedef __s64 s64;
typedef _Bool bool;
enum { false = 0, true = 1 };

#define PF_EXITING 0x00000004
#define PF_DUMPCORE 0x00000200
#define PF_KTHREAD 0x00200000
#define SIGNAL_GROUP_EXIT 0x00000004
#define SIGNAL_UNKILLABLE 0x00000040

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

enum cgroup_subsys_id { memory_cgrp_id = 0x7e, pids_cgrp_id = 0x7f };
enum memcg_memory_event { MEMCG_OOM = 3 };
enum pidcg_event { PIDCG_MAX = 0 };

struct kernel_atomic {
	long counter;
};

struct kernfs_node {
	const char *name;
	u64 id;
};

struct cgroup_root {
	unsigned int subsys_mask;
	int hierarchy_id;
};

struct cgroup_subsys_state {
	struct cgroup *cgroup;
	struct cgroup_subsys_state *parent;
};

struct cgroup {
	struct cgroup_subsys_state self;
	int level;
	struct kernfs_node *kn;
	struct cgroup_subsys_state *subsys[1];
	struct cgroup_root *root;
};

struct css_set {
	struct cgroup_subsys_state *subsys[1];
	struct cgroup *dfl_cgrp;
};

struct page_counter {
	struct kernel_atomic usage;
	unsigned long failcnt;
	unsigned long watermark;
	unsigned long max;
};

struct mem_cgroup {
	struct cgroup_subsys_state css;
	struct page_counter memory;
	struct page_counter swap;
	struct kernel_atomic memory_events_local[1];
	bool oom_group;
};

struct pids_cgroup {
	struct kernel_atomic counter;
	struct kernel_atomic limit;
	struct kernel_atomic events[1];
};

/* Until 6.10 pids had a single counter of refused forks. */
struct pids_cgroup___single {
	struct kernel_atomic events_limit;
};

struct cfs_bandwidth {
	s64 period;
	u64 quota;
	int nr_periods;
	int nr_throttled;
	u64 throttled_time;
};

struct task_group {
	struct cgroup_subsys_state css;
	struct task_group *parent;
	struct cfs_bandwidth cfs_bandwidth;
};

struct qstr {
	const unsigned char *name;
};

struct hlist_node {
	struct hlist_node *next;
};

struct hlist_head {
	struct hlist_node *first;
};

struct super_block;
struct inode;

struct dentry {
	struct dentry *d_parent;
	struct qstr d_name;
	union {
		struct hlist_node d_alias;
	} d_u;
};

/* Where the union has no name. */
struct dentry___plain {
	struct hlist_node d_alias;
};

struct vfsmount {
	struct dentry *mnt_root;
};

struct mount {
	struct mount *mnt_parent;
	struct dentry *mnt_mountpoint;
	struct vfsmount mnt;
};

struct path {
	struct vfsmount *mnt;
	struct dentry *dentry;
};

struct file {
	unsigned int f_mode;
	struct inode *f_inode;
	struct path f_path;
};

/* 6.8: the file of a layer, and what the user of the overlay opened. Before, f_path had that. */
struct backing_file {
	struct file file;
	struct path user_path;
};

struct percpu_counter {
	s64 count;
};

struct shmem_sb_info {
	unsigned long max_blocks;
};

struct super_block {
	u32 s_dev;
	unsigned long s_magic;
	void *s_fs_info;
};

struct inode {
	unsigned long i_ino;
	s64 i_size;
	unsigned int i_nlink;
	struct super_block *i_sb;
	struct hlist_head i_dentry;
};

struct vm_area_struct {
	unsigned long vm_start;
	unsigned long vm_end;
	unsigned long vm_flags;
	unsigned long vm_pgoff;
	struct file *vm_file;
};

/* Until 6.0 mappings were in a list. */
struct vm_area_struct___listed {
	struct vm_area_struct___listed *vm_next;
};

enum maple_type { maple_leaf_64 = 1, maple_range_64 = 2, maple_arange_64 = 3 };

struct maple_range_64 {
	unsigned long pivot[15];
	void *slot[16];
};

struct maple_arange_64 {
	unsigned long pivot[9];
	void *slot[10];
};

struct maple_tree {
	void *ma_root;
};

struct mm_struct {
	unsigned long arg_start;
	unsigned long arg_end;
	unsigned long start_stack;
	struct file *exe_file;
};

struct mm_struct___tree {
	struct maple_tree mm_mt;
};

struct mm_struct___listed {
	struct vm_area_struct___listed *mmap;
};

struct rlimit {
	unsigned long rlim_cur;
};

struct kernel_id {
	u32 val;
};

struct user_namespace {
	int level;
};

/* Two numbers of 32 bits before 6.3, one of 64 since. */
struct kernel_cap {
	u64 val;
};

struct cred {
	struct kernel_id uid;
	struct kernel_id gid;
	struct kernel_cap cap_effective;
	struct user_namespace *user_ns;
};

struct ns_common {
	unsigned int inum;
};

struct pid_namespace {
	struct ns_common ns;
};

struct upid {
	int nr;
	struct pid_namespace *ns;
};

struct pid {
	unsigned int level;
	struct hlist_head tasks[1];
	struct upid numbers[1];
};

struct sigaction {
	void *sa_handler;
};

struct k_sigaction {
	struct sigaction sa;
};

struct sighand_struct {
	struct k_sigaction action[1];
};

struct tty_struct {
	char name[64];
};

struct signal_struct {
	struct kernel_atomic32 {
		int counter;
	} live;
	int group_exit_code;
	unsigned int flags;
	struct tty_struct *tty;
	u64 utime;
	u64 stime;
	unsigned long maxrss;
	unsigned long long sum_sched_runtime;
	short oom_score_adj;
	struct rlimit rlim[4];
};

struct sched_entity {
	u64 sum_exec_runtime;
};

struct thread_struct {
	u64 undefined;
};

struct thread_struct___x86 {
	unsigned long trap_nr;
	unsigned long error_code;
};

struct thread_struct___arm64 {
	unsigned long fault_code;
};

struct task_struct {
	unsigned int flags;
	struct thread_struct thread;
	void *stack;
	struct sched_entity se;
	struct task_group *sched_task_group;
	struct mm_struct *mm;
	int exit_code;
	int pid;
	int tgid;
	struct task_struct *real_parent;
	struct task_struct *group_leader;
	struct pid *thread_pid;
	struct hlist_node pid_links[1];
	u64 utime;
	u64 stime;
	u64 start_boottime;
	const struct cred *real_cred;
	char comm[16];
	struct signal_struct *signal;
	struct sighand_struct *sighand;
	struct kernel_id loginuid;
	unsigned int sessionid;
	struct css_set *cgroups;
};

/* Until 5.4 the name was real_start_time; vendors back-ported the new one. */
struct task_struct___real {
	u64 real_start_time;
};

struct linux_binprm {
	int argc;
	const char *filename;
};

/* What the perf tracepoints of the same names hand over. */
struct trace_event_raw_sched_process_exec {
	u32 __data_loc_filename;
};

struct trace_event_raw_sched_process_exit {
	bool group_dead;
};

struct trace_event_raw_sk_data_ready {
	const void *skaddr;
};

union __sifields {
	struct {
		int _pid;
		u32 _uid;
	} _kill;
	struct {
		void *_addr;
	} _sigfault;
	struct {
		int _syscall;
		unsigned int _arch;
	} _sigsys;
};

struct kernel_siginfo {
	int si_code;
	union __sifields _sifields;
};

struct sk_buff {
	struct sk_buff *next;
	struct sk_buff *prev;
	unsigned int len;
	unsigned int data_len;
	unsigned char *data;
};

struct sk_buff_head {
	struct sk_buff *next;
	struct sk_buff *prev;
};

struct sock_common {
	unsigned short skc_family;
	volatile unsigned char skc_state;
};

struct sock {
	struct sock_common __sk_common;
	struct sk_buff_head sk_receive_queue;
	struct pid *sk_peer_pid;
	const struct cred *sk_peer_cred;
};

struct sockaddr_un {
	char sun_path[108];
};

struct unix_address {
	struct sockaddr_un name[0];
};

struct unix_sock {
	struct sock sk;
	struct unix_address *addr;
	struct sock *peer;
};

/* The kernel's own, not what ptrace shows. */
struct pt_regs___kernel_x86 {
	unsigned long r15, r14, r13, r12, bp, bx, r11, r10, r9, r8;
	unsigned long ax, cx, dx, si, di, ip, sp;
};

struct pt_regs___kernel_arm64 {
	u64 regs[31];
	u64 sp;
	u64 pc;
};

enum bpf_func_id___known { BPF_FUNC_task_pt_regs___known = 175 };

struct seq_file;

struct bpf_iter_meta {
	u64 session_id;
};

struct bpf_iter__task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
};

#pragma clang attribute pop

#endif
