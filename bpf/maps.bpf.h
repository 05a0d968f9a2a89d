// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Settings, maps, counters, token buckets and the two rings. */
#ifndef INQUEST_MAPS_BPF_H
#define INQUEST_MAPS_BPF_H

/* Set by the addon before load; dead branches are then pruned by the verifier. */
const volatile u32 layout_version = INQ_LAYOUT_VERSION;
const volatile bool memory_v1; /* memory controller on a v1 hierarchy */
const volatile bool exit_has_group_dead; /* tracepoint argument, 6.16 and back-ports */
const volatile bool mark_victim_has_task; /* (task, uid), 6.9 and back-ports; else (pid) */
const volatile u64 page_counter_max = (1ULL << 51) - 1; /* LONG_MAX / page size */
const volatile u32 events_burst = 16384;
const volatile u32 events_rate = 4096; /* per second and container */
const volatile u32 deaths_burst = 1024;
const volatile u32 deaths_rate = 128;
const volatile u64 page_bytes = 4096;

#define NESTED_MAX 512
#define CONTAINERS_MAX 4096
#define CGROUPS_MAX 16384

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4 << 20);
} deaths SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 16 << 20);
} events SEC(".maps");

/* Own cgroup id to container. What is not in here is nobody's business. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, CGROUPS_MAX);
	__type(key, u64);
	__type(value, u64);
} cgroups SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, CONTAINERS_MAX);
	__type(key, u64);
	__type(value, struct inq_container);
} containers SEC(".maps");

/* Last known MEMCG_OOM count of a cgroup: the level that moved did the killing. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, CGROUPS_MAX);
	__type(key, u64);
	__type(value, struct inq_baseline);
} baselines SEC(".maps");

/* OOM kills between their signal and mark_victim, by the victim's thread id. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 256);
	__type(key, u32);
	__type(value, struct inq_oom_kill);
} oom_pending SEC(".maps");

struct process_key {
	u64 start_ns;
	u64 pid;
};

/* Processes whose exit was recorded, where the kernel has no group_dead. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, struct process_key);
	__type(value, u8);
} exited SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, INQ_COUNTERS);
	__type(key, u32);
	__type(value, struct inq_counter);
} counters SEC(".maps");

/* Per CPU and kind; only one program writes a kind, so no two share a slot. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, INQ_KINDS);
	__type(key, u32);
	__type(value, u64);
} sequences SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct inq_meta);
} meta SEC(".maps");

static __always_inline struct inq_counter *counter(u32 kind)
{
	return bpf_map_lookup_elem(&counters, &kind);
}

static __always_inline void count_seen(u32 kind)
{
	struct inq_counter *c = counter(kind);

	if (c)
		__sync_fetch_and_add(&c->seen, 1);
}

static __always_inline void count_lost(u32 kind)
{
	struct inq_counter *c = counter(kind);

	if (c)
		__sync_fetch_and_add(&c->lost, 1);
}

static __always_inline void count_written(u32 kind)
{
	struct inq_counter *c = counter(kind);

	if (c)
		__sync_fetch_and_add(&c->written, 1);
}

/*
 * Racy on purpose: tracing programs may not take a spin lock, and two CPUs that
 * spend the same token only blur the rate. The counts of what was suppressed
 * are exact.
 */
static __always_inline bool take_token(struct inq_bucket *bucket, u64 now, u64 burst, u64 rate)
{
	u64 filled = bucket->filled_ns;
	u64 tokens = bucket->tokens;
	u64 second = 1000000000;

	if (!filled || now - filled > 3600 * second) {
		tokens = burst;
		bucket->filled_ns = now;
	} else if (now > filled) {
		u64 earned = (now - filled) * rate / second;

		if (earned) {
			tokens += earned;
			if (tokens > burst)
				tokens = burst;
			bucket->filled_ns = now;
		}
	}
	if (!tokens)
		return false;
	bucket->tokens = tokens - 1;
	return true;
}

/* Counts the record, and says whether the container's budget lets it through. */
static __always_inline bool admit(u32 kind, struct inq_container *c, u64 now)
{
	struct inq_counter *count;

	if (!c || take_token(&c->events, now, events_burst, events_rate))
		return true;
	__sync_fetch_and_add(&c->suppressed[kind & (INQ_KINDS - 1)], 1);
	count = counter(kind);
	if (count)
		__sync_fetch_and_add(&count->suppressed, 1);
	return false;
}

static __always_inline void fill_header(struct inq_header *h, u32 kind, u32 size, u64 container,
					u32 flags)
{
	u64 *sequence = bpf_map_lookup_elem(&sequences, &kind);

	h->size = size;
	h->kind = kind;
	h->version = INQ_LAYOUT_VERSION;
	h->time_ns = bpf_ktime_get_boot_ns();
	h->sequence = sequence ? ++*sequence : 0;
	h->cpu = bpf_get_smp_processor_id();
	h->flags = flags;
	h->container = container;
}

/* A record that never got a place still leaves its gap in the sequence. */
static __always_inline void lose(u32 kind)
{
	u64 *sequence = bpf_map_lookup_elem(&sequences, &kind);

	if (sequence)
		++*sequence;
	count_lost(kind);
}

/*
 * No forced wake-ups: the kernel wakes the reader when a record finds it caught
 * up, and a reader that is not looks again after it has given space back.
 */
static __always_inline void output(u32 kind, void *record, u64 size, bool death)
{
	long err;

	if (death)
		err = bpf_ringbuf_output(&deaths, record, size, 0);
	else
		err = bpf_ringbuf_output(&events, record, size, 0);
	if (err)
		count_lost(kind);
	else
		count_written(kind);
}

/* Room for a record of fixed size; NULL is already counted as lost. */
static __always_inline void *reserve(u32 kind, u64 size, bool death)
{
	void *record;

	if (death)
		record = bpf_ringbuf_reserve(&deaths, size, 0);
	else
		record = bpf_ringbuf_reserve(&events, size, 0);
	if (!record)
		lose(kind);
	return record;
}

static __always_inline void submit(u32 kind, void *record)
{
	bpf_ringbuf_submit(record, 0);
	count_written(kind);
}

#endif
