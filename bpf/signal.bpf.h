// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Signals: who sent what to whom, and which handler ran. */
#ifndef INQUEST_SIGNAL_BPF_H
#define INQUEST_SIGNAL_BPF_H

#define SIGNALS 64
#define SIGILL 4
#define SIGTRAP 5
#define SIGBUS 7
#define SIGFPE 8
#define SIGSEGV 11
#define SIGALRM 14
#define SIGCHLD 17
#define SIGCONT 18
#define SIGSTOP 19
#define SIGTTOU 22
#define SIGURG 23
#define SIGVTALRM 26
#define SIGPROF 27
#define SIGWINCH 28
#define SIGSYS 31
#define SIGLIBRARY_FIRST 32
#define SIGLIBRARY_LAST 34

#define SI_USER 0
#define SI_QUEUE -1
#define SI_TIMER -2
#define SI_SIGIO -5
#define SI_TKILL -6
#define SYS_SECCOMP 1

struct signal_scratch {
	struct inq_signal_sent record;
	u8 argv[INQ_ARGV_MAX + 8];
};

/* One is enough: the kernel sends under siglock, with interrupts off. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct signal_scratch);
} signal_scratch SEC(".maps");

/* Job control, and what programs get all the time: neither ends anybody. */
static __always_inline bool is_noise(u32 signal)
{
	return signal == SIGCHLD || signal == SIGURG || signal == SIGWINCH ||
	       (signal >= SIGCONT && signal <= SIGTTOU);
}

static __always_inline u32 disposition_of(struct task_struct *task, u32 signal)
{
	struct sighand_struct *hand = BPF_CORE_READ(task, sighand);
	struct k_sigaction *action;
	u64 handler;

	action = (void *)hand + bpf_core_field_offset(struct sighand_struct, action) +
		 (signal - 1) * bpf_core_type_size(struct k_sigaction);
	handler = (u64)BPF_CORE_READ(action, sa.sa_handler);
	return handler < 2 ? handler : INQ_HANDLER;
}

/* Signals that only a fault of the running thread, or seccomp, sends with a positive code. */
static __always_inline bool is_fault(u32 signal)
{
	return signal == SIGSEGV || signal == SIGBUS || signal == SIGFPE || signal == SIGILL ||
	       signal == SIGTRAP || signal == SIGSYS;
}

static __always_inline void read_info(struct inq_signal_sent *r, struct kernel_siginfo *info)
{
	u32 signal = r->signal;

	r->si_code = 0;
	r->si_pid = 0;
	r->si_uid = 0;
	r->fault_address = 0;
	r->syscall = -1;
	r->arch = 0;
	if ((u64)info < 2) {
		r->info_kind = (u64)info;
		return;
	}
	r->info_kind = INQ_INFO_STRUCT;
	r->si_code = BPF_CORE_READ(info, si_code);
	/* The rest is a union: only the member that this si_code fills means anything. */
	if (r->si_code == SI_USER || r->si_code == SI_QUEUE || r->si_code == SI_TKILL) {
		r->si_pid = BPF_CORE_READ(info, _sifields._kill._pid);
		r->si_uid = BPF_CORE_READ(info, _sifields._kill._uid);
	} else if (signal == SIGSYS && r->si_code == SYS_SECCOMP) {
		r->syscall = BPF_CORE_READ(info, _sifields._sigsys._syscall);
		r->arch = BPF_CORE_READ(info, _sifields._sigsys._arch);
	} else if (r->si_code > 0 && is_fault(signal)) {
		r->fault_address = (u64)BPF_CORE_READ(info, _sifields._sigfault._addr);
	}
}

/*
 * Timers and I/O completion fire in an interrupt, in whatever task happens to
 * run. Asking for the interrupt itself would take the address of the preemption
 * count, which many kernels keep from BPF; what was sent tells as well.
 */
static __always_inline bool is_senderless(struct inq_signal_sent *r)
{
	u32 signal = r->signal;

	if (r->info_kind == INQ_INFO_PRIV)
		return signal == SIGALRM || signal == SIGVTALRM || signal == SIGPROF;
	if (r->info_kind != INQ_INFO_STRUCT)
		return false;
	/* A positive code on any other signal is POLL_*, by F_SETSIG. */
	return (r->si_code <= SI_TIMER && r->si_code >= SI_SIGIO) ||
	       (r->si_code > 0 && !is_fault(signal));
}

/*
 * Which budget pays. Nobody's: the kill that ends the main process, and
 * whatever a host process sends. Otherwise the container that caused it; a
 * timer or a kernel thread (a terminal) works for the target.
 */
static __always_inline u64 payer_of(struct inq_signal_sent *r, bool trusted)
{
	if (r->signal == SIGKILL && r->result == 0 && (r->target.flags & INQ_PROCESS_MAIN))
		return 0;
	if (!trusted || (r->sender.flags & INQ_PROCESS_KERNEL))
		return r->target.container;
	return r->sender.container;
}

static __always_inline void send_signal(struct signal_scratch *s, bool trusted, u32 flags)
{
	struct inq_signal_sent *r = &s->record;
	u64 payer = payer_of(r, trusted);
	u64 now = bpf_ktime_get_boot_ns();
	struct inq_container *c;
	bool death = true;
	u64 size;

	if (payer) {
		c = bpf_map_lookup_elem(&containers, &payer);
		if (c && !take_token(&c->deaths, now, deaths_burst, deaths_rate)) {
			death = false;
			if (!admit(INQ_SIGNAL_SENT, c, now))
				return;
		}
	}
	if (trusted) {
		struct task_struct *task = (struct task_struct *)bpf_get_current_task();
		u32 argv_flags;

		r->n_ancestors = fill_ancestors(r->ancestors, task);
		r->argv_len = read_argv(s->argv, task, &argv_flags);
		flags |= argv_flags;
	} else {
		r->n_ancestors = 0;
		r->argv_len = 0;
		*(u64 *)s->argv = 0;
		__builtin_memset(r->ancestors, 0, sizeof(r->ancestors));
	}
	if (death)
		flags |= INQ_DEATHS_RING;
	size = sizeof(*r) + ((r->argv_len + 7) & ~7u);
	if (size > sizeof(*r) + INQ_ARGV_MAX) {
		lose(INQ_SIGNAL_SENT);
		return;
	}
	fill_header(&r->header, INQ_SIGNAL_SENT, size, r->target.container, flags);
	output(INQ_SIGNAL_SENT, s, size, death);
}

static __always_inline void record_signal(struct signal_scratch *s, u32 signal,
					  struct kernel_siginfo *info, struct task_struct *target,
					  u32 group, s32 result)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct inq_signal_sent *r = &s->record;
	u32 flags = 0;

	r->signal = signal;
	r->group = group;
	r->result = result;
	read_info(r, info);
	r->disposition = disposition_of(target, signal);
	fill_process(&r->target, target);
	fill_process(&r->sender, task);
	r->target_unkillable = !!(r->target.flags & INQ_PROCESS_NS_INIT);
	if (is_senderless(r))
		flags |= INQ_SENDER_UNTRUSTED;
	r->has_sender = !(flags & INQ_SENDER_UNTRUSTED);
	if (r->has_sender && r->sender.container == r->target.container)
		flags |= INQ_SENDER_INSIDE;
	send_signal(s, r->has_sender, flags | subject_flags(&r->target));
}

/*
 * The C library's own, from thread to thread: glibc cancels by 32 and has all of them change
 * their user by 33, musl by 33 and 34. One setuid() in a program of many threads would use up
 * the budget of its container.
 */
static __always_inline bool is_among_threads(u32 signal, struct kernel_siginfo *info)
{
	return signal >= SIGLIBRARY_FIRST && signal <= SIGLIBRARY_LAST && (u64)info >= 2 &&
	       BPF_CORE_READ(info, si_code) == SI_TKILL;
}

/* Without a handler it ends the process, whoever it is from. */
static __always_inline bool is_library_signal(u32 signal, struct kernel_siginfo *info,
					      struct task_struct *target)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();

	return is_among_threads(signal, info) &&
	       BPF_CORE_READ(target, tgid) == BPF_CORE_READ(task, tgid) &&
	       disposition_of(target, signal) == INQ_HANDLER;
}

SEC("raw_tp/signal_generate")
int signal_generate(struct bpf_raw_tracepoint_args *ctx)
{
	u32 signal = ctx->args[0];
	struct kernel_siginfo *info = (struct kernel_siginfo *)ctx->args[1];
	struct task_struct *target = (struct task_struct *)ctx->args[2];
	struct signal_scratch *s;
	u32 zero = 0;

	if (signal < 1 || signal > SIGNALS || is_noise(signal))
		return 0;
	if (!container_of_cgroup(task_cgroup_id(target)) ||
	    is_library_signal(signal, info, target))
		return 0;
	count_seen(INQ_SIGNAL_SENT);
	s = bpf_map_lookup_elem(&signal_scratch, &zero);
	if (!s) {
		lose(INQ_SIGNAL_SENT);
		return 0;
	}
	record_signal(s, signal, info, target, ctx->args[3], ctx->args[4]);
	if (signal == SIGKILL && (u64)info == INQ_INFO_PRIV)
		remember_oom(target);
	return 0;
}

/*
 * Only to see that a handler ran. It cannot name a killer: for everything fatal
 * the kernel delivers a synthetic 9, to each thread, even on a clean exit.
 */
SEC("raw_tp/signal_deliver")
int signal_deliver(struct bpf_raw_tracepoint_args *ctx)
{
	u32 signal = ctx->args[0];
	struct k_sigaction *action = (struct k_sigaction *)ctx->args[2];
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct inq_signal_received *r;
	struct inq_container *c;
	u64 container;

	if (signal < 1 || signal > SIGNALS || is_noise(signal))
		return 0;
	container = container_of_cgroup(task_cgroup_id(task));
	if (!container || (u64)BPF_CORE_READ(action, sa.sa_handler) < 2 ||
	    is_among_threads(signal, (struct kernel_siginfo *)ctx->args[1]))
		return 0;
	count_seen(INQ_SIGNAL_RECEIVED);
	c = bpf_map_lookup_elem(&containers, &container);
	if (!admit(INQ_SIGNAL_RECEIVED, c, bpf_ktime_get_boot_ns()))
		return 0;
	r = reserve(INQ_SIGNAL_RECEIVED, sizeof(*r), false);
	if (!r)
		return 0;
	fill_process(&r->process, task);
	fill_header(&r->header, INQ_SIGNAL_RECEIVED, sizeof(*r), container,
		    subject_flags(&r->process));
	r->signal = signal;
	r->pad = 0;
	submit(INQ_SIGNAL_RECEIVED, r);
	return 0;
}

#endif
