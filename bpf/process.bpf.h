// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Who a task is: cgroup, container, identity, ancestry and argv. */
#ifndef INQUEST_PROCESS_BPF_H
#define INQUEST_PROCESS_BPF_H

/* /proc shows start times in ticks of 10 ms, and that is all a seeded entry has. */
#define TICK_NS 10000000ULL

static __always_inline u64 cgroup_id(struct cgroup *cgrp)
{
	return BPF_CORE_READ(cgrp, kn, id);
}

static __always_inline struct cgroup_subsys_state *css_of(struct css_set *cset, u32 subsystem)
{
	struct cgroup_subsys_state *css = NULL;
	void *at = (void *)cset + bpf_core_field_offset(struct css_set, subsys) +
		   subsystem * sizeof(void *);

	bpf_probe_read_kernel(&css, sizeof(css), at);
	return css;
}

static __always_inline struct cgroup *task_cgroup(struct task_struct *task)
{
	struct css_set *cset = BPF_CORE_READ(task, cgroups);
	struct cgroup_subsys_state *css;

	if (!memory_v1)
		return BPF_CORE_READ(cset, dfl_cgrp);
	css = css_of(cset, bpf_core_enum_value(enum cgroup_subsys_id, memory_cgrp_id));
	return BPF_CORE_READ(css, cgroup);
}

static __always_inline u64 task_cgroup_id(struct task_struct *task)
{
	return cgroup_id(task_cgroup(task));
}

/* The container of a cgroup, or 0: the filter that everything goes through. */
static __always_inline u64 container_of_cgroup(u64 cgroup)
{
	u64 *container = bpf_map_lookup_elem(&cgroups, &cgroup);

	return container ? *container : 0;
}

static __always_inline u64 start_time(struct task_struct *task)
{
	struct task_struct *leader = BPF_CORE_READ(task, group_leader);

	if (bpf_core_field_exists(struct task_struct, start_boottime))
		return BPF_CORE_READ(leader, start_boottime);
	return BPF_CORE_READ((struct task_struct___real *)leader, real_start_time);
}

/* Last component of the executable; nothing once mm is gone. */
static __always_inline void read_exe(u8 *to, u32 size, struct task_struct *task)
{
	struct mm_struct *mm = BPF_CORE_READ(task, mm);
	const unsigned char *name;

	if (!mm)
		return;
	name = BPF_CORE_READ(mm, exe_file, f_path.dentry, d_name.name);
	if (name)
		bpf_probe_read_kernel_str(to, size, name);
}

static __always_inline void read_namespace_pid(struct inq_process *p, struct task_struct *leader)
{
	struct pid *pid = BPF_CORE_READ(leader, thread_pid);
	u32 level;
	struct upid *upid;

	if (!pid)
		return;
	level = BPF_CORE_READ(pid, level);
	upid = (void *)pid + bpf_core_field_offset(struct pid, numbers) +
	       level * bpf_core_type_size(struct upid);
	p->ns_pid = BPF_CORE_READ(upid, nr);
	p->pid_ns = BPF_CORE_READ(upid, ns, ns.inum);
	p->pid_ns_level = level;
}

/* Whether p is the main process of c; a seeded start time becomes exact here. */
static __always_inline bool is_main(struct inq_container *c, u32 pid, u64 start_ns)
{
	if (!c || c->main_rank == INQ_MAIN_NONE || c->main_pid != pid)
		return false;
	if (c->main_start_ns == start_ns)
		return true;
	if (c->main_start_ns % TICK_NS || c->main_start_ns / TICK_NS != start_ns / TICK_NS)
		return false;
	c->main_start_ns = start_ns;
	return true;
}

static __noinline void fill_process(struct inq_process *p, struct task_struct *task)
{
	struct task_struct *leader = BPF_CORE_READ(task, group_leader);
	struct task_struct *parent = BPF_CORE_READ(leader, real_parent);
	const struct cred *cred = BPF_CORE_READ(task, real_cred);
	struct signal_struct *signal = BPF_CORE_READ(task, signal);
	u32 task_flags = BPF_CORE_READ(task, flags);
	struct inq_container *c = NULL;
	struct tty_struct *tty;
	u64 container;

	__builtin_memset(p, 0, sizeof(*p));
	p->start_ns = start_time(task);
	p->parent_start_ns = start_time(parent);
	p->cgroup = task_cgroup_id(task);
	container = container_of_cgroup(p->cgroup);
	p->container = container;
	p->pid = BPF_CORE_READ(task, tgid);
	p->tid = BPF_CORE_READ(task, pid);
	p->ppid = BPF_CORE_READ(parent, tgid);
	read_namespace_pid(p, leader);
	p->uid = BPF_CORE_READ(cred, uid.val);
	p->gid = BPF_CORE_READ(cred, gid.val);
	p->loginuid = -1;
	p->session = -1;
	/* Both depend on CONFIG_AUDIT. */
	if (bpf_core_field_exists(struct task_struct, loginuid))
		p->loginuid = BPF_CORE_READ(task, loginuid.val);
	if (bpf_core_field_exists(struct task_struct, sessionid))
		p->session = BPF_CORE_READ(task, sessionid);
	if (task_flags & PF_KTHREAD)
		p->flags |= INQ_PROCESS_KERNEL;
	if (task_flags & PF_EXITING)
		p->flags |= INQ_PROCESS_EXITING;
	if (task_flags & PF_DUMPCORE)
		p->flags |= INQ_PROCESS_DUMPING;
	if (BPF_CORE_READ(signal, flags) & SIGNAL_UNKILLABLE)
		p->flags |= INQ_PROCESS_NS_INIT;
	if (container) {
		/* A key in ring memory is refused before 6.2, so it is on the stack. */
		c = bpf_map_lookup_elem(&containers, &container);
		if (container != p->cgroup)
			p->flags |= INQ_PROCESS_NESTED;
	}
	if (c && is_main(c, p->pid, p->start_ns)) {
		p->flags |= INQ_PROCESS_MAIN;
		p->rank = c->main_rank;
	}
	BPF_CORE_READ_INTO(&p->comm, task, comm);
	tty = BPF_CORE_READ(signal, tty);
	if (tty)
		bpf_probe_read_kernel_str(p->tty, sizeof(p->tty), &tty->name);
	read_exe(p->exe, sizeof(p->exe), task);
}

/* header.flags that follow from the process a record is about. */
static __always_inline u32 subject_flags(struct inq_process *p)
{
	u32 flags = 0;

	if (p->flags & INQ_PROCESS_MAIN)
		flags |= INQ_MAIN;
	if (p->flags & INQ_PROCESS_NESTED)
		flags |= INQ_NESTED;
	return flags;
}

static __always_inline u32 fill_ancestors(struct inq_ancestor *ancestors, struct task_struct *task)
{
	u32 n = 0;

	for (int i = 0; i < INQ_ANCESTORS_MAX; i++) {
		struct inq_ancestor *a = &ancestors[i];
		struct task_struct *leader = BPF_CORE_READ(task, group_leader);

		__builtin_memset(a, 0, sizeof(*a));
		if (!task)
			continue;
		task = BPF_CORE_READ(leader, real_parent);
		if (!task || !BPF_CORE_READ(task, tgid)) {
			task = NULL;
			continue;
		}
		a->start_ns = start_time(task);
		a->cgroup = task_cgroup_id(task);
		a->container = container_of_cgroup(a->cgroup);
		a->pid = BPF_CORE_READ(task, tgid);
		a->uid = BPF_CORE_READ(task, real_cred, uid.val);
		BPF_CORE_READ_INTO(&a->comm, task, comm);
		read_exe(a->exe, sizeof(a->exe), task);
		n++;
	}
	return n;
}

/*
 * Copies argv of the current process into `to`, which has INQ_ARGV_MAX + 8
 * bytes, pads it with zeroes to a multiple of 8 and returns its length. Past
 * arg_end lies the environment: nothing beyond it is ever read.
 */
static __noinline u32 read_argv(u8 *to, struct task_struct *task, u32 *flags)
{
	struct mm_struct *mm = BPF_CORE_READ(task, mm);
	u64 start, end, length;

	*flags = 0;
	if (!mm)
		return 0;
	start = BPF_CORE_READ(mm, arg_start);
	end = BPF_CORE_READ(mm, arg_end);
	if (end <= start)
		return 0;
	length = end - start;
	if (length > INQ_ARGV_MAX) {
		length = INQ_ARGV_MAX;
		*flags = INQ_ARGV_TRUNCATED;
	}
	/* Ties the bound to the register that the verifier looks at. */
	barrier_var(length);
	if (length > INQ_ARGV_MAX)
		return 0;
	if (bpf_probe_read_user(to, length, (void *)start)) {
		/* A later page is not in memory: take what the first one has. */
		u64 rest = 4096 - (start & 4095);

		*flags |= INQ_ARGV_UNREADABLE;
		if (rest < length)
			length = rest;
		barrier_var(length);
		if (length > INQ_ARGV_MAX || bpf_probe_read_user(to, length, (void *)start))
			length = 0;
	}
	if (length > INQ_ARGV_MAX)
		return 0;
	*(u64 *)&to[INQ_ARGV_MAX] = 0;
	for (int i = 0; i < 7; i++)
		to[length + i] = 0;
	return length;
}

#endif
