// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Memory cgroups: levels, baselines, and the OOM kill itself. */
#ifndef INQUEST_OOM_BPF_H
#define INQUEST_OOM_BPF_H

#define SIGKILL 9

/* css is the first member of both, but only BTF may say so. */
static __always_inline struct mem_cgroup *memcg_of(struct cgroup_subsys_state *css)
{
	return (void *)css - bpf_core_field_offset(struct mem_cgroup, css);
}

static __always_inline struct cgroup_subsys_state *memory_css(struct task_struct *task)
{
	if (!bpf_core_enum_value_exists(enum cgroup_subsys_id, memory_cgrp_id))
		return NULL;
	return css_of(BPF_CORE_READ(task, cgroups),
		      bpf_core_enum_value(enum cgroup_subsys_id, memory_cgrp_id));
}

static __always_inline u64 limit_of(u64 pages)
{
	return pages >= page_counter_max ? INQ_NONE : pages;
}

static __always_inline u64 oom_events(struct mem_cgroup *memcg)
{
	u64 count = 0;
	void *at;

	if (!bpf_core_field_exists(struct mem_cgroup, memory_events_local))
		return 0;
	at = (void *)memcg + bpf_core_field_offset(struct mem_cgroup, memory_events_local) +
	     bpf_core_enum_value(enum memcg_memory_event, MEMCG_OOM) * sizeof(u64);
	bpf_probe_read_kernel(&count, sizeof(count), at);
	return count;
}

/* From now on a higher count at one of these levels is news. */
static __noinline int fill_baselines_css(struct cgroup_subsys_state *css)
{
	for (int i = 0; i < INQ_LEVELS_MAX; i++) {
		struct inq_baseline baseline = {};
		u64 id;

		if (!css)
			break;
		baseline.oom_events = oom_events(memcg_of(css));
		id = BPF_CORE_READ(css, cgroup, kn, id);
		bpf_map_update_elem(&baselines, &id, &baseline, BPF_NOEXIST);
		css = BPF_CORE_READ(css, parent);
	}
	return 0;
}

static __always_inline void fill_baselines(struct cgroup *cgrp)
{
	struct cgroup_subsys_state *css = NULL;
	void *at;

	if (!bpf_core_enum_value_exists(enum cgroup_subsys_id, memory_cgrp_id))
		return;
	at = (void *)cgrp + bpf_core_field_offset(struct cgroup, subsys) +
	     bpf_core_enum_value(enum cgroup_subsys_id, memory_cgrp_id) * sizeof(void *);
	bpf_probe_read_kernel(&css, sizeof(css), at);
	/* On v2 the controller may be off at this level: it counts from nothing where it is turned on later. */
	if (!css) {
		struct inq_baseline none = {};
		u64 id = cgroup_id(cgrp);

		bpf_map_update_elem(&baselines, &id, &none, BPF_NOEXIST);
		bpf_probe_read_kernel(&css, sizeof(css),
				      (void *)BPF_CORE_READ(cgrp, self.parent, cgroup) +
					      (at - (void *)cgrp));
	}
	fill_baselines_css(css);
}

static __always_inline void fill_level(struct inq_oom_level *level, struct cgroup_subsys_state *css)
{
	struct mem_cgroup *memcg = memcg_of(css);
	struct inq_baseline *known;

	__builtin_memset(level, 0, sizeof(*level));
	level->cgroup = BPF_CORE_READ(css, cgroup, kn, id);
	level->usage_pages = BPF_CORE_READ(memcg, memory.usage.counter);
	level->limit_pages = limit_of(BPF_CORE_READ(memcg, memory.max));
	level->peak_pages = BPF_CORE_READ(memcg, memory.watermark);
	level->oom_group = BPF_CORE_READ(memcg, oom_group);
	level->oom_events = oom_events(memcg);
	bpf_probe_read_kernel_str(level->name, sizeof(level->name),
				  BPF_CORE_READ(css, cgroup, kn, name));
	known = bpf_map_lookup_elem(&baselines, &level->cgroup);
	level->oom_moved = known ? level->oom_events - known->oom_events : INQ_NONE;
	level->moved_ns = known ? known->moved_ns : 0;
	if (known && level->oom_moved)
		level->moved_ns = bpf_ktime_get_boot_ns();
}

/* Only once the kill is certain: a look at the levels must not use up the news. */
static __always_inline void update_baselines(struct inq_oom_kill *r)
{
	for (int i = 0; i < INQ_LEVELS_MAX; i++) {
		struct inq_baseline now = {};

		if (!r->levels[i].cgroup)
			break;
		now.oom_events = r->levels[i].oom_events;
		now.moved_ns = r->levels[i].moved_ns;
		bpf_map_update_elem(&baselines, &r->levels[i].cgroup, &now, BPF_ANY);
	}
}

/*
 * What the OOM killer saw, taken while it sends the signal: mark_victim comes
 * after the kill and on older kernels carries nothing but a thread id.
 */
static __noinline void fill_oom(struct inq_oom_kill *r, struct task_struct *victim,
				struct task_struct *trigger)
{
	struct cgroup_subsys_state *css = memory_css(victim);
	u32 n = 0;

	fill_process(&r->victim, victim);
	fill_process(&r->trigger, trigger);
	r->oom_score_adj = BPF_CORE_READ(victim, signal, oom_score_adj);
	for (int i = 0; i < INQ_LEVELS_MAX; i++) {
		if (!css) {
			__builtin_memset(&r->levels[i], 0, sizeof(r->levels[i]));
			continue;
		}
		fill_level(&r->levels[i], css);
		n++;
		css = BPF_CORE_READ(css, parent);
	}
	r->n_levels = n;
}

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 2); /* 0: signal_generate, 1: mark_victim */
	__type(key, u32);
	__type(value, struct inq_oom_kill);
} oom_scratch SEC(".maps");

static __always_inline void remember_oom(struct task_struct *victim)
{
	struct inq_oom_kill *r;
	u32 slot = 0;
	u32 tid = BPF_CORE_READ(victim, pid);

	r = bpf_map_lookup_elem(&oom_scratch, &slot);
	if (!r)
		return;
	__builtin_memset(&r->header, 0, sizeof(r->header));
	fill_oom(r, victim, (struct task_struct *)bpf_get_current_task());
	r->header.container = r->victim.container;
	r->header.time_ns = bpf_ktime_get_boot_ns();
	bpf_map_update_elem(&oom_pending, &tid, r, BPF_ANY);
}

SEC("raw_tp/mark_victim")
int mark_victim(struct bpf_raw_tracepoint_args *ctx)
{
	struct task_struct *victim = NULL;
	struct inq_oom_kill *r, *pending;
	u64 time_ns;
	u32 slot = 1;
	u32 tid;

	if (mark_victim_has_task) {
		victim = (struct task_struct *)ctx->args[0];
		tid = BPF_CORE_READ(victim, pid);
	} else {
		tid = ctx->args[0];
	}
	r = bpf_map_lookup_elem(&oom_scratch, &slot);
	if (!r)
		return 0;
	pending = bpf_map_lookup_elem(&oom_pending, &tid);
	if (pending) {
		bpf_probe_read_kernel(r, sizeof(*r), pending);
		bpf_map_delete_elem(&oom_pending, &tid);
	} else if (victim) {
		/* Outside every container it still moves counters of shared levels. */
		fill_oom(r, victim, (struct task_struct *)bpf_get_current_task());
		r->header.container = r->victim.container;
		r->header.time_ns = bpf_ktime_get_boot_ns();
	} else {
		return 0;
	}
	update_baselines(r);
	if (!r->victim.container)
		return 0;
	time_ns = r->header.time_ns;
	count_seen(INQ_OOM_KILL);
	fill_header(&r->header, INQ_OOM_KILL, sizeof(*r), r->victim.container,
		    subject_flags(&r->victim) | INQ_DEATHS_RING);
	r->header.time_ns = time_ns;
	output(INQ_OOM_KILL, r, sizeof(*r), true);
	return 0;
}

#endif
