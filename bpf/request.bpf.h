// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Who spoke to a container runtime. Docker's clients never meet the container:
 * what reaches it is runc, far below containerd. The request is seen where it is
 * handed over: sk_data_ready of the runtime's end of a Unix socket runs in the
 * sender's context, right after the bytes were queued and before the runtime is
 * woken, so the bytes are the kernel's copy and not memory the client can change.
 */
#ifndef INQUEST_REQUEST_BPF_H
#define INQUEST_REQUEST_BPF_H

#define AF_UNIX 1
#define TCP_LISTEN 10

#define RUNTIME_SOCKETS_MAX 64
#define CLIENTS_MAX 1024
#define CLIENT_BURST 256 /* a large Compose project is stopped at once */
#define CLIENT_RATE 64 /* per second */
#define OPAQUE_BURST 2
/* A kubelet never falls silent; one record in so many seconds still says that it spoke. */
#define OPAQUE_EVERY 4

struct socket_path {
	u8 bytes[INQ_SOCKET_PATH_MAX];
};

/* The paths that runtimes listen on, as they bound them. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, RUNTIME_SOCKETS_MAX);
	__type(key, struct socket_path);
	__type(value, struct inq_runtime_socket);
} runtime_sockets SEC(".maps");

/* Budgets by client process, so that one that floods hides only itself. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, CLIENTS_MAX);
	__type(key, struct process_key);
	__type(value, struct inq_bucket);
} clients SEC(".maps");

struct request_scratch {
	struct inq_runtime_request record;
	u8 argv[INQ_ARGV_MAX + 8];
};

/* One is enough: the kernel never enters a program again that runs on this CPU. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct request_scratch);
} request_scratch SEC(".maps");

/*
 * Anybody can bind a socket of the same name in a mount namespace of his own. The
 * client's end carries the credentials of whoever called listen().
 */
static __always_inline bool is_genuine(struct unix_sock *server, struct inq_runtime_socket *known)
{
	struct sock *client = BPF_CORE_READ(server, peer);
	struct hlist_node *first;
	struct task_struct *listener;

	if (!client || BPF_CORE_READ(client, sk_peer_cred, uid.val) != known->uid)
		return false;
	first = BPF_CORE_READ(client, sk_peer_pid, tasks[0].first);
	if (!first)
		return true;
	listener = (void *)first - bpf_core_field_offset(struct task_struct, pid_links);
	return !container_of_cgroup(task_cgroup_id(listener));
}

/* The newest buffer of the queue. A reader that was quicker leaves nothing, or other bytes. */
static __always_inline bool read_request(u8 *text, struct sock *sk)
{
	struct sk_buff *queue = (void *)sk + bpf_core_field_offset(struct sock, sk_receive_queue);
	struct sk_buff *skb = BPF_CORE_READ(sk, sk_receive_queue.prev);
	u32 length;

	if (!skb || skb == queue)
		return false;
	length = BPF_CORE_READ(skb, len) - BPF_CORE_READ(skb, data_len);
	if (length > INQ_REQUEST_MAX)
		length = INQ_REQUEST_MAX;
	barrier_var(length);
	if (!length || length > INQ_REQUEST_MAX)
		return false;
	__builtin_memset(text, 0, INQ_REQUEST_MAX);
	return !bpf_probe_read_kernel(text, length, BPF_CORE_READ(skb, data));
}

static __always_inline bool has_text(const u8 *text, const char *wanted, u32 length)
{
	u8 different = 0;

	for (u32 i = 0; i < length; i++)
		different |= text[i] ^ (u8)wanted[i];
	return !different;
}
#define HAS_TEXT(text, wanted) has_text(text, wanted, sizeof(wanted) - 1)

/* POST and DELETE on containers or pods, with whatever version and prefix the path has. */
static __noinline bool is_container_request(const u8 *text)
{
	if (!HAS_TEXT(text, "POST ") && !HAS_TEXT(text, "DELETE "))
		return false;
	for (u32 i = 5; i < 48; i++)
		if (HAS_TEXT(text + i, "/containers/") || HAS_TEXT(text + i, "/pods/"))
			return true;
	return false;
}

/*
 * Headers and body are nobody's business. Arithmetic, not branches: nz is 0 for
 * the carriage return and 1 for every other byte.
 */
static __noinline void keep_first_line(u8 *text)
{
	u32 keep = 0xff;

	for (u32 i = 0; i < INQ_REQUEST_MAX; i++) {
		u32 nz = ((u32)(text[i] ^ '\r') + 255) >> 8;

		keep &= -nz;
		text[i] &= keep;
	}
}

/* The client's budget. What an opaque socket repeats within moments tells nothing new. */
static __always_inline bool client_may(struct task_struct *task, u64 now, bool opaque)
{
	struct process_key key = { .start_ns = start_time(task), .pid = BPF_CORE_READ(task, tgid) };
	struct inq_bucket *bucket, fresh = {};

	/* The bucket of what can be read, and that of what cannot. */
	if (opaque)
		key.pid |= 1ULL << 32;
	bucket = bpf_map_lookup_elem(&clients, &key);
	if (!bucket) {
		bpf_map_update_elem(&clients, &key, &fresh, BPF_NOEXIST);
		bucket = bpf_map_lookup_elem(&clients, &key);
	}
	if (!bucket)
		return true;
	if (opaque)
		return take_token(bucket, now / OPAQUE_EVERY, OPAQUE_BURST, 1);
	return take_token(bucket, now, CLIENT_BURST, CLIENT_RATE);
}

static __always_inline void write_request(struct request_scratch *s, struct task_struct *task,
					  struct inq_runtime_socket *known)
{
	struct inq_runtime_request *r = &s->record;
	u32 flags;
	u64 size;

	r->runtime = known->runtime;
	r->protocol = known->protocol;
	fill_process(&r->client, task);
	r->n_ancestors = fill_ancestors(r->ancestors, task);
	r->argv_len = read_argv(s->argv, task, &flags);
	size = sizeof(*r) + ((r->argv_len + 7) & ~7u);
	if (size > sizeof(*r) + INQ_ARGV_MAX) {
		lose(INQ_RUNTIME_REQUEST);
		return;
	}
	fill_header(&r->header, INQ_RUNTIME_REQUEST, size, r->client.container,
		    flags | INQ_DEATHS_RING);
	output(INQ_RUNTIME_REQUEST, s, size, true);
}

static __always_inline int request(struct sock *sk)
{
	struct unix_sock *server = (struct unix_sock *)sk;
	struct socket_path path = {};
	struct inq_runtime_socket *known;
	struct unix_address *address;
	struct request_scratch *s;
	struct task_struct *task;
	struct inq_counter *count;
	u32 zero = 0;
	bool opaque;
	u64 now;

	if (BPF_CORE_READ(sk, __sk_common.skc_family) != AF_UNIX)
		return 0;
	/* Only the ends of a listener's connections have its name; clients' have none. */
	address = BPF_CORE_READ(server, addr);
	if (!address || BPF_CORE_READ(sk, __sk_common.skc_state) == TCP_LISTEN)
		return 0;
	bpf_probe_read_kernel_str(path.bytes, sizeof(path.bytes), &address->name[0].sun_path);
	if (!path.bytes[0])
		return 0;
	known = bpf_map_lookup_elem(&runtime_sockets, &path);
	if (!known)
		return 0;
	s = bpf_map_lookup_elem(&request_scratch, &zero);
	if (!s || !is_genuine(server, known))
		return 0;
	opaque = known->protocol != INQ_PROTOCOL_HTTP;
	if (opaque) {
		__builtin_memset(s->record.text, 0, sizeof(s->record.text));
	} else {
		if (!read_request(s->record.text, sk) || !is_container_request(s->record.text))
			return 0;
		keep_first_line(s->record.text);
	}
	task = (struct task_struct *)bpf_get_current_task();
	now = bpf_ktime_get_boot_ns();
	if (opaque && !client_may(task, now, true))
		return 0;
	count_seen(INQ_RUNTIME_REQUEST);
	if (!opaque && !client_may(task, now, false)) {
		count = counter(INQ_RUNTIME_REQUEST);
		if (count)
			__sync_fetch_and_add(&count->suppressed, 1);
		return 0;
	}
	__builtin_memset(s->record.socket, 0, sizeof(s->record.socket));
	__builtin_memcpy(s->record.socket, path.bytes, sizeof(path.bytes));
	write_request(s, task, known);
	return 0;
}

/* Where the program below could be preempted: see process_exec_event. */
SEC("tp/sock/sk_data_ready")
int data_ready_event(struct trace_event_raw_sk_data_ready *ctx)
{
	return request((struct sock *)ctx->skaddr);
}

/* Linux 6.3 and back-ports. */
SEC("raw_tp/sk_data_ready")
int sk_data_ready(struct bpf_raw_tracepoint_args *ctx)
{
	return request((struct sock *)ctx->args[0]);
}

/* Before that, the function that the tracepoint stands in. */
SEC("fentry/sock_def_readable")
int sock_readable_fentry(u64 *ctx)
{
	return request((struct sock *)ctx[0]);
}

SEC("kprobe/sock_def_readable")
int sock_readable_kprobe(struct pt_regs *ctx)
{
	return request((struct sock *)PT_REGS_PARM1(ctx));
}

#endif
