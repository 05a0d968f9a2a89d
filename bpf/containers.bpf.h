// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Containers are born and buried with their cgroup. */
#ifndef INQUEST_CONTAINERS_BPF_H
#define INQUEST_CONTAINERS_BPF_H

#define ID_LENGTH 64
#define NAME_SIZE 256
#define ANCESTRY_MAX 16

struct mkdir_scratch {
	struct inq_container container;
	u8 name[NAME_SIZE];
	u8 parent[NAME_SIZE];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct mkdir_scratch);
} mkdir_scratch SEC(".maps");

/* The text that ends just before name[end]; NAME_SIZE is a power of two. */
static __always_inline bool ends_with(const u8 *name, u32 end, const char *tail, u32 length)
{
	u8 different = 0;

	if (end < length)
		return false;
	for (u32 i = 0; i < length; i++)
		different |= name[(end - length + i) & (NAME_SIZE - 1)] ^ (u8)tail[i];
	return !different;
}
#define ENDS_WITH(name, end, tail) ends_with(name, end, tail, sizeof(tail) - 1)

static __always_inline bool starts_with(const u8 *name, const char *head, u32 length)
{
	u8 different = 0;

	for (u32 i = 0; i < length; i++)
		different |= name[i] ^ (u8)head[i];
	return !different;
}
#define STARTS_WITH(name, head) starts_with(name, head, sizeof(head) - 1)

static __always_inline bool is_hex_id(const u8 *name, u32 start)
{
	u32 bad = 0;

	for (u32 i = 0; i < ID_LENGTH; i++) {
		u8 c = name[(start + i) & (NAME_SIZE - 1)];

		/* Arithmetic, not branches: 64 of them would double the verifier's states. */
		bad |= !(((u8)(c - '0') < 10) | ((u8)(c - 'a') < 6));
	}
	return !bad;
}

/* What names hold that people give to runc and ctr. A table, because every comparison is a branch here. */
static const u8 is_of_name[256] = {
	['0' ... '9'] = 1, ['A' ... 'Z'] = 1, ['a' ... 'z'] = 1, ['_'] = 1, ['.'] = 1, ['-'] = 1, ['+'] = 1,
	/* Zeros fill it up. */
	[0] = 1,
};

static __always_inline bool is_given_name(const u8 *name, u32 start)
{
	u32 good = 1;

	for (u32 i = 0; i < ID_LENGTH; i++)
		good &= is_of_name[name[(start + i) & (NAME_SIZE - 1)]];
	return good && name[start & (NAME_SIZE - 1)] && !name[(start + ID_LENGTH) & (NAME_SIZE - 1)];
}

/* What stands before an id of 64 hex digits. The first that fits counts. */
struct form {
	char head[20];
	u8 length;
	u8 runtime;
};
#define FORM(text, kind) { text, sizeof(text) - 1, kind }

static const struct form forms[] = {
	FORM("cri-containerd-", INQ_RUNTIME_CONTAINERD),
	FORM(":cri-containerd:", INQ_RUNTIME_CONTAINERD),
	FORM("docker-", INQ_RUNTIME_DOCKER),
	FORM(":docker:", INQ_RUNTIME_DOCKER),
	FORM("crio-", INQ_RUNTIME_CRIO),
	FORM(":crio:", INQ_RUNTIME_CRIO),
	FORM("libpod-", INQ_RUNTIME_PODMAN),
	FORM("libpod-payload-", INQ_RUNTIME_PODMAN),
	FORM("nerdctl-", INQ_RUNTIME_NERDCTL),
	FORM(":nerdctl:", INQ_RUNTIME_NERDCTL),
	FORM("buildkit-", INQ_RUNTIME_BUILDKIT),
	FORM(":buildkit:", INQ_RUNTIME_BUILDKIT),
	FORM("-", INQ_RUNTIME_UNKNOWN),
	FORM(":", INQ_RUNTIME_UNKNOWN),
};

/* Of an id without anything before it: how the name of the cgroup above begins. */
static const struct form parents[] = {
	FORM("docker", INQ_RUNTIME_DOCKER),
	FORM("kubepods", INQ_RUNTIME_KUBEPODS),
	FORM("pod", INQ_RUNTIME_KUBEPODS),
	FORM("buildkit", INQ_RUNTIME_BUILDKIT),
};
#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static __always_inline bool parse_bare_id(struct mkdir_scratch *s)
{
	/* A pod of Podman's: its containers are below. */
	if (STARTS_WITH(s->parent, "libpod_parent\0"))
		return false;
	s->container.runtime = INQ_RUNTIME_UNKNOWN;
#pragma clang loop unroll(full)
	for (u32 i = COUNT(parents); i-- > 0;)
		if (starts_with(s->parent, parents[i].head, parents[i].length))
			s->container.runtime = parents[i].runtime;
	return true;
}

static __always_inline bool parse_id(struct mkdir_scratch *s, u32 end)
{
	const u8 *name = s->name;
	u32 start = end - ID_LENGTH;

	/* Its monitor is none. */
	if (end < ID_LENGTH || end > NAME_SIZE || !is_hex_id(name, start) || ENDS_WITH(name, start, "conmon-"))
		return false;
	if (!start)
		return parse_bare_id(s);
#pragma clang loop unroll(full)
	for (u32 i = 0; i < COUNT(forms); i++) {
		if (!ends_with(name, start, forms[i].head, forms[i].length))
			continue;
		s->container.runtime = forms[i].runtime;
		return true;
	}
	return false;
}

/*
 * Is the cgroup called s->name, below s->parent, a container's? Those of 64 hex
 * digits, bare or in one of the forms above, with or without .scope; and by a name
 * that somebody gave: buildkit/NAME anywhere, /default/NAME of ctr, and
 * runc-NAME.scope and crun-NAME.scope of the runtimes alone. The same table for
 * user space is agent/domain/cgroup-path.ts.
 */
static __noinline bool parse_name(struct mkdir_scratch *s, u32 length, int level)
{
	const u8 *name = s->name;
	bool is_scope = ENDS_WITH(name, length, ".scope");
	u32 end = is_scope ? length - 6 : length;
	u32 start = 0;

	if (STARTS_WITH(s->parent, "buildkit\0"))
		s->container.runtime = INQ_RUNTIME_BUILDKIT;
	else if (parse_id(s, end))
		start = end - ID_LENGTH;
	else if (level == 2 && STARTS_WITH(s->parent, "default\0"))
		s->container.runtime = INQ_RUNTIME_CONTAINERD;
	else if (is_scope && (STARTS_WITH(name, "runc-") || STARTS_WITH(name, "crun-"))) {
		s->container.runtime = INQ_RUNTIME_UNKNOWN;
		start = 5;
		for (u32 i = 0; i < 6; i++)
			s->name[(end + i) & (NAME_SIZE - 1)] = 0;
	} else
		return false;
	if (end - start != ID_LENGTH && !is_given_name(name, start))
		return false;
	for (u32 i = 0; i < ID_LENGTH; i++)
		s->container.id[i] = name[(start + i) & (NAME_SIZE - 1)];
	return true;
}

/* On v1 the tracepoint fires once per hierarchy; only memory's counts. */
static __always_inline bool is_counted_hierarchy(struct cgroup *cgrp)
{
	if (!memory_v1)
		return BPF_CORE_READ(cgrp, root, hierarchy_id) == 0;
	return BPF_CORE_READ(cgrp, root, subsys_mask) &
	       (1u << bpf_core_enum_value(enum cgroup_subsys_id, memory_cgrp_id));
}

static __always_inline void container_record(u32 kind, u64 id, struct inq_container *c)
{
	struct inq_container_record *r;

	count_seen(kind);
	r = reserve(kind, sizeof(*r), true);
	if (!r)
		return;
	fill_header(&r->header, kind, sizeof(*r), id, INQ_DEATHS_RING);
	bpf_probe_read_kernel(r->id, sizeof(r->id), c->id);
	bpf_probe_read_kernel(r->path, sizeof(r->path), c->path);
	r->runtime = c->runtime;
	r->depth = c->depth;
	r->outer = c->outer;
	r->main_start_ns = c->main_start_ns;
	r->main_pid = c->main_pid;
	r->main_rank = c->main_rank;
	for (int i = 0; i < INQ_KINDS; i++)
		r->suppressed[i] = c->suppressed[i];
	submit(kind, r);
}

#define CAP_SYS_ADMIN_BIT 21

/*
 * Whoever makes the cgroup could do as he likes with the whole machine: his word for what
 * is a container counts as much as that of a runtime of the host. Anybody else could forge
 * another container's name below his own cgroup.
 */
static __always_inline bool rules_the_host(void)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	const struct cred *cred = BPF_CORE_READ(task, real_cred);
	u64 caps = 0;

	bpf_core_read(&caps, sizeof(caps), &cred->cap_effective);
	return (caps >> CAP_SYS_ADMIN_BIT & 1) && BPF_CORE_READ(cred, user_ns, level) == 0;
}

static __always_inline bool is_its_own(u64 known, struct mkdir_scratch *s)
{
	struct inq_container *around = bpf_map_lookup_elem(&containers, &known);
	u8 different = 0;

	if (!around)
		return true;
	for (u32 i = 0; i < ID_LENGTH; i++)
		different |= around->id[i] ^ s->container.id[i];
	return !different;
}

/* A cgroup below a known container belongs to it, up to a quota. */
static __always_inline void adopt_nested(u64 id, u64 container)
{
	struct inq_container *c = bpf_map_lookup_elem(&containers, &container);

	if (!c)
		return;
	if (c->nested >= NESTED_MAX || bpf_map_update_elem(&cgroups, &id, &container, BPF_NOEXIST)) {
		count_seen(INQ_COUNT_NESTED_OVERFLOW);
		return;
	}
	__sync_fetch_and_add(&c->nested, 1);
}

SEC("raw_tp/cgroup_mkdir")
int cgroup_mkdir(struct bpf_raw_tracepoint_args *ctx)
{
	struct cgroup *cgrp = (struct cgroup *)ctx->args[0];
	struct cgroup *parent;
	struct mkdir_scratch *s;
	u32 zero = 0;
	u64 id, known;
	long length;

	if (!is_counted_hierarchy(cgrp))
		return 0;
	id = cgroup_id(cgrp);
	parent = BPF_CORE_READ(cgrp, self.parent, cgroup);
	known = container_of_cgroup(cgroup_id(parent));
	if (known && !rules_the_host())
		goto nested;
	s = bpf_map_lookup_elem(&mkdir_scratch, &zero);
	if (!s)
		return 0;
	__builtin_memset(s->name, 0, sizeof(s->name));
	__builtin_memset(s->parent, 0, sizeof(s->parent));
	length = bpf_probe_read_kernel_str(s->name, sizeof(s->name), BPF_CORE_READ(cgrp, kn, name));
	bpf_probe_read_kernel_str(s->parent, sizeof(s->parent), BPF_CORE_READ(parent, kn, name));
	if (length < 2 || length > NAME_SIZE ||
	    !parse_name(s, length - 1, BPF_CORE_READ(cgrp, level)) || (known && is_its_own(known, s)))
		goto nested;

	__builtin_memset(s->container.path, 0, sizeof(s->container.path));
	bpf_probe_read_kernel_str(s->container.path, sizeof(s->container.path),
				  (const char *)ctx->args[1]);
	s->container.depth = BPF_CORE_READ(cgrp, level);
	s->container.outer = known;
	if (bpf_map_update_elem(&containers, &id, &s->container, BPF_NOEXIST) ||
	    bpf_map_update_elem(&cgroups, &id, &id, BPF_NOEXIST)) {
		count_seen(INQ_COUNT_CONTAINERS_FULL);
		bpf_map_delete_elem(&containers, &id);
		return 0;
	}
	fill_baselines(cgrp);
	container_record(INQ_CONTAINER_CREATED, id, &s->container);
	return 0;
nested:
	if (known) {
		adopt_nested(id, known);
		fill_baselines(cgrp);
	}
	return 0;
}

SEC("raw_tp/cgroup_rmdir")
int cgroup_rmdir(struct bpf_raw_tracepoint_args *ctx)
{
	struct cgroup *cgrp = (struct cgroup *)ctx->args[0];
	u64 id = cgroup_id(cgrp);
	u64 container = container_of_cgroup(id);
	struct inq_container *c;

	if (!container || !is_counted_hierarchy(cgrp))
		return 0;
	c = bpf_map_lookup_elem(&containers, &container);
	if (c && container == id)
		container_record(INQ_CONTAINER_REMOVED, id, c);
	else if (c && c->nested)
		__sync_fetch_and_add(&c->nested, -1);
	bpf_map_delete_elem(&cgroups, &id);
	bpf_map_delete_elem(&baselines, &id);
	if (container == id)
		bpf_map_delete_elem(&containers, &id);
	return 0;
}

#endif
