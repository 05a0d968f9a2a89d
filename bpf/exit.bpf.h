// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Exits, with what the cgroup knew at that moment: 10 ms later it is gone. */
#ifndef INQUEST_EXIT_BPF_H
#define INQUEST_EXIT_BPF_H

#define RUNTIME_INF 0xffffffffffffffffULL
#define THROTTLE_LEVELS 6
#define PIDS_MAX 4194305 /* PID_MAX_LIMIT + 1 stands for "max" */

static __always_inline void fill_memory(struct inq_memory *m, struct task_struct *task,
					u64 container)
{
	struct cgroup_subsys_state *own = memory_css(task);
	struct cgroup_subsys_state *css = own;
	struct mem_cgroup *memcg;

	__builtin_memset(m, 0, sizeof(*m));
	if (!own)
		return;
	/* A process in a nested cgroup dies of the container's limit. */
	for (int i = 0; i < INQ_LEVELS_MAX; i++) {
		m->cgroup = BPF_CORE_READ(css, cgroup, kn, id);
		if (m->cgroup == container)
			break;
		css = BPF_CORE_READ(css, parent);
		if (!css)
			break;
	}
	if (m->cgroup != container) {
		css = own;
		m->cgroup = BPF_CORE_READ(css, cgroup, kn, id);
	}
	memcg = memcg_of(css);
	m->usage_pages = BPF_CORE_READ(memcg, memory.usage.counter);
	m->limit_pages = limit_of(BPF_CORE_READ(memcg, memory.max));
	m->peak_pages = BPF_CORE_READ(memcg, memory.watermark);
	m->failcnt = BPF_CORE_READ(memcg, memory.failcnt);
	m->oom_events = oom_events(memcg);
	m->swap_usage_pages = BPF_CORE_READ(memcg, swap.usage.counter);
	m->swap_limit_pages = limit_of(BPF_CORE_READ(memcg, swap.max));
}

static __always_inline void fill_throttle(struct inq_throttle *t, struct task_struct *task)
{
	struct task_group *group;

	__builtin_memset(t, 0, sizeof(*t));
	/* CONFIG_CGROUP_SCHED and CONFIG_CFS_BANDWIDTH. */
	if (!bpf_core_field_exists(struct task_struct, sched_task_group) ||
	    !bpf_core_field_exists(struct task_group, cfs_bandwidth))
		return;
	group = BPF_CORE_READ(task, sched_task_group);
	for (int i = 0; i < THROTTLE_LEVELS && group; i++) {
		u64 quota = BPF_CORE_READ(group, cfs_bandwidth.quota);

		if (quota && quota != RUNTIME_INF) {
			t->cgroup = BPF_CORE_READ(group, css.cgroup, kn, id);
			t->quota_us = quota / 1000;
			t->period_us = (u64)BPF_CORE_READ(group, cfs_bandwidth.period) / 1000;
			t->nr_periods = BPF_CORE_READ(group, cfs_bandwidth.nr_periods);
			t->nr_throttled = BPF_CORE_READ(group, cfs_bandwidth.nr_throttled);
			t->throttled_ns = BPF_CORE_READ(group, cfs_bandwidth.throttled_time);
			return;
		}
		group = BPF_CORE_READ(group, parent);
	}
}

static __always_inline void fill_pids(struct inq_pids *p, struct task_struct *task)
{
	struct cgroup_subsys_state *css;
	struct pids_cgroup *pids;

	__builtin_memset(p, 0, sizeof(*p));
	if (!bpf_core_enum_value_exists(enum cgroup_subsys_id, pids_cgrp_id) ||
	    !bpf_core_field_exists(struct pids_cgroup, limit))
		return;
	css = css_of(BPF_CORE_READ(task, cgroups),
		     bpf_core_enum_value(enum cgroup_subsys_id, pids_cgrp_id));
	if (!css)
		return;
	/* css is the first member of pids_cgroup too. */
	pids = (struct pids_cgroup *)css;
	p->current_count = BPF_CORE_READ(pids, counter.counter);
	p->limit = BPF_CORE_READ(pids, limit.counter);
	if (p->limit >= PIDS_MAX)
		p->limit = INQ_NONE;
	if (bpf_core_field_exists(struct pids_cgroup, events))
		p->max_events = BPF_CORE_READ(pids, events[PIDCG_MAX].counter);
	else if (bpf_core_field_exists(struct pids_cgroup___single, events_limit))
		p->max_events = BPF_CORE_READ((struct pids_cgroup___single *)pids,
					      events_limit.counter);
}

static __always_inline void fill_exit(struct inq_process_exit *r, struct task_struct *task)
{
	struct signal_struct *signal = BPF_CORE_READ(task, signal);
	struct task_struct *leader = BPF_CORE_READ(task, group_leader);

	r->group_exit = !!(BPF_CORE_READ(signal, flags) & SIGNAL_GROUP_EXIT);
	if (r->group_exit)
		r->status = BPF_CORE_READ(signal, group_exit_code);
	else
		r->status = BPF_CORE_READ(leader, exit_code);
	r->max_rss_pages = BPF_CORE_READ(signal, maxrss);
	r->cpu_ns = BPF_CORE_READ(signal, sum_sched_runtime) +
		    BPF_CORE_READ(task, se.sum_exec_runtime);
	r->utime_ns = BPF_CORE_READ(signal, utime) + BPF_CORE_READ(task, utime);
	r->stime_ns = BPF_CORE_READ(signal, stime) + BPF_CORE_READ(task, stime);
	/* A leader that went first is a zombie, and signal has not got its share yet. */
	if (leader != task) {
		r->cpu_ns += BPF_CORE_READ(leader, se.sum_exec_runtime);
		r->utime_ns += BPF_CORE_READ(leader, utime);
		r->stime_ns += BPF_CORE_READ(leader, stime);
	}
	fill_memory(&r->memory, task, r->process.container);
	fill_throttle(&r->throttle, task);
	fill_pids(&r->pids, task);
}

/* True for the last thread of a process, and for that one only once. */
static __always_inline bool is_last_thread(struct bpf_raw_tracepoint_args *ctx,
					   struct task_struct *task)
{
	if (exit_has_group_dead)
		return ctx->args[1] & 1;
	return BPF_CORE_READ(task, signal, live.counter) == 0;
}

/* Two threads that exit at once both find live at 0. */
static __always_inline bool was_seen(struct task_struct *task)
{
	struct process_key key = {};
	u8 one = 1;

	if (exit_has_group_dead)
		return false;
	key.start_ns = start_time(task);
	key.pid = BPF_CORE_READ(task, tgid);
	return bpf_map_update_elem(&exited, &key, &one, BPF_NOEXIST) != 0;
}

/* Of the last thread of a process. */
static __always_inline int record_exit(struct task_struct *task)
{
	struct inq_process_exit *r;
	struct inq_container *c;
	bool death;
	u64 container;

	container = container_of_cgroup(task_cgroup_id(task));
	if (!container || was_seen(task))
		return 0;
	c = bpf_map_lookup_elem(&containers, &container);
	death = is_main(c, BPF_CORE_READ(task, tgid), start_time(task));
	count_seen(INQ_PROCESS_EXIT);
	if (!death && !admit(INQ_PROCESS_EXIT, c, bpf_ktime_get_boot_ns()))
		return 0;
	if (death && c)
		c->main_exited = 1;
	r = reserve(INQ_PROCESS_EXIT, sizeof(*r), death);
	if (!r)
		return 0;
	fill_process(&r->process, task);
	fill_header(&r->header, INQ_PROCESS_EXIT, sizeof(*r), container,
		    subject_flags(&r->process) | (death ? INQ_DEATHS_RING : 0));
	fill_exit(r, task);
	submit(INQ_PROCESS_EXIT, r);
	return 0;
}

SEC("raw_tp/sched_process_exit")
int sched_process_exit(struct bpf_raw_tracepoint_args *ctx)
{
	struct task_struct *task = (struct task_struct *)ctx->args[0];

	return is_last_thread(ctx, task) ? record_exit(task) : 0;
}

/* As process_exec_event: where the program above could be preempted. */
SEC("tp/sched/sched_process_exit")
int process_exit_event(struct trace_event_raw_sched_process_exit *ctx)
{
	return ctx->group_dead ? record_exit((struct task_struct *)bpf_get_current_task()) : 0;
}

#endif
