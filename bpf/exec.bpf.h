// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Program starts, and which of them is the container's main process. */
#ifndef INQUEST_EXEC_BPF_H
#define INQUEST_EXEC_BPF_H

struct exec_scratch {
	struct inq_process_exec record;
	u8 argv[INQ_ARGV_MAX + 8];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct exec_scratch);
} exec_scratch SEC(".maps");

/*
 * runc may run itself (`/proc/self/exe init`, or a sealed copy by its descriptor,
 * which the kernel calls /dev/fd/N) inside the new cgroup before the program: two
 * words, the second of them "init".
 */
static __always_inline bool is_runtime_init(struct exec_scratch *s)
{
	static const char by_link[] = "/proc/self/";
	static const char by_descriptor[] = "/dev/fd/";
	static const char tail[] = "\0init";
	u32 length = s->record.argv_len;
	u8 different = 0, no_link = 0, no_descriptor = 0;

	for (u32 i = 0; i < sizeof(by_link) - 1; i++)
		no_link |= s->record.filename[i] ^ (u8)by_link[i];
	for (u32 i = 0; i < sizeof(by_descriptor) - 1; i++)
		no_descriptor |= s->record.filename[i] ^ (u8)by_descriptor[i];
	if ((no_link && no_descriptor) || s->record.argc != 2 || length < sizeof(tail) || length > 256)
		return false;
	for (u32 i = 0; i < sizeof(tail); i++)
		different |= s->argv[(length - sizeof(tail) + i) & 255] ^ (u8)tail[i];
	return !different;
}

/*
 * A program put in by the runtime has a parent outside the container; a hook or
 * a child has not. PID 1 of a namespace is surest.
 */
static __always_inline u32 main_rank(struct exec_scratch *s, struct task_struct *task)
{
	struct inq_process *p = &s->record.process;
	struct task_struct *parent;

	/* Not even a guess: its exit would be taken for the container's death. */
	if (is_runtime_init(s))
		return INQ_MAIN_NONE;
	parent = BPF_CORE_READ(task, group_leader, real_parent);
	if (container_of_cgroup(task_cgroup_id(parent)) == p->container)
		return INQ_MAIN_FIRST;
	return p->ns_pid == 1 ? INQ_MAIN_NS_INIT : INQ_MAIN_ENTERED;
}

/*
 * The first one stays, but a guess (FIRST) gives way to better knowledge, and a
 * helper that has exited gives way to PID 1. Never the other way round: an
 * `exec` session or a nested namespace must not become the main process.
 */
static __always_inline void choose_main(struct exec_scratch *s, struct inq_container *c,
					struct task_struct *task)
{
	struct inq_process *p = &s->record.process;
	u32 rank = main_rank(s, task);

	if (rank <= c->main_rank)
		return;
	if (c->main_rank > INQ_MAIN_FIRST && !c->main_exited)
		return;
	c->main_rank = rank;
	c->main_pid = p->pid;
	c->main_start_ns = p->start_ns;
	c->main_exited = 0;
	p->flags |= INQ_PROCESS_MAIN;
	p->rank = rank;
}

/* Once the new program is in place; both texts are the kernel's. */
static __always_inline int record_exec(struct task_struct *task, u64 container, u32 argc,
				       const char *filename)
{
	u32 zero = 0, argv_flags;
	struct exec_scratch *s;
	struct inq_container *c;
	bool death;
	u64 size, now;

	count_seen(INQ_PROCESS_EXEC);
	s = bpf_map_lookup_elem(&exec_scratch, &zero);
	c = bpf_map_lookup_elem(&containers, &container);
	if (!s || !c) {
		lose(INQ_PROCESS_EXEC);
		return 0;
	}
	fill_process(&s->record.process, task);
	s->record.argc = argc;
	__builtin_memset(s->record.filename, 0, sizeof(s->record.filename));
	bpf_probe_read_kernel_str(s->record.filename, sizeof(s->record.filename), filename);
	s->record.argv_len = read_argv(s->argv, task, &argv_flags);
	if (!(s->record.process.flags & INQ_PROCESS_MAIN))
		choose_main(s, c, task);
	now = bpf_ktime_get_boot_ns();
	/* What the main process runs must not fall to a flood of its children. */
	death = (s->record.process.flags & INQ_PROCESS_MAIN) &&
		take_token(&c->deaths, now, deaths_burst, deaths_rate);
	if (!death && !admit(INQ_PROCESS_EXEC, c, now))
		return 0;
	size = sizeof(s->record) + ((s->record.argv_len + 7) & ~7u);
	if (size > sizeof(s->record) + INQ_ARGV_MAX) {
		lose(INQ_PROCESS_EXEC);
		return 0;
	}
	fill_header(&s->record.header, INQ_PROCESS_EXEC, size, container,
		    subject_flags(&s->record.process) | argv_flags |
			    (death ? INQ_DEATHS_RING : 0));
	output(INQ_PROCESS_EXEC, s, size, death);
	return 0;
}

SEC("raw_tp/sched_process_exec")
int sched_process_exec(struct bpf_raw_tracepoint_args *ctx)
{
	struct task_struct *task = (struct task_struct *)ctx->args[0];
	struct linux_binprm *bprm = (struct linux_binprm *)ctx->args[2];
	u64 container = container_of_cgroup(task_cgroup_id(task));

	if (!container)
		return 0;
	return record_exec(task, container, BPF_CORE_READ(bprm, argc), BPF_CORE_READ(bprm, filename));
}

/*
 * Since Linux 7 the program of a raw tracepoint can be preempted, and the kernel skips the
 * execs and exits of whoever runs on its processor meanwhile. A perf event's cannot. It has no
 * argc, which is what the new program's stack begins with.
 */
SEC("tp/sched/sched_process_exec")
int process_exec_event(struct trace_event_raw_sched_process_exec *ctx)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	const char *filename = (const char *)ctx + (ctx->__data_loc_filename & 0xffff);
	u64 container = container_of_cgroup(task_cgroup_id(task));
	u32 argc = 0;

	if (!container)
		return 0;
	bpf_probe_read_user(&argc, sizeof(argc), (void *)BPF_CORE_READ(task, mm, start_stack));
	return record_exec(task, container, argc, filename);
}

/*
 * Run once after containers that were already there have been seeded: completes
 * what /proc rounds off, and starts the OOM counts where they are now.
 */
SEC("iter/task")
int complete_seed(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	u64 container;
	struct inq_container *c;
	u32 pid;

	if (!task)
		return 0;
	container = container_of_cgroup(task_cgroup_id(task));
	if (!container)
		return 0;
	fill_baselines_css(memory_css(task));
	c = bpf_map_lookup_elem(&containers, &container);
	pid = BPF_CORE_READ(task, tgid);
	if (is_main(c, pid, start_time(task)) &&
	    (BPF_CORE_READ(task, signal, flags) & SIGNAL_UNKILLABLE))
		c->main_rank = INQ_MAIN_NS_INIT;
	return 0;
}

#endif
