// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What a crash needs to be explained without a core file: registers, stack and
 * mappings, taken by the dying thread itself. Optional: without it the signal is
 * recorded all the same.
 */
#ifndef INQUEST_FAULT_BPF_H
#define INQUEST_FAULT_BPF_H

#define SIGABRT 6
#define BPF_F_USER_STACK_ONLY (1ULL << 8)
#define BPF_F_WITH_BUILD_ID (1ULL << 11)
#define RLIMIT_STACK_INDEX 3
#define STACK_CHUNK 1024
#define KERNEL_STACK_BYTES 16384
#define FAULTS_BURST 4
#define FAULTS_RATE 1 /* per second and container */
#define ALL_FAULTS_BURST 32
#define ALL_FAULTS_RATE 8

/* A record is 30 KiB: however many containers crash in a loop, there is an end. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct inq_bucket);
} all_faults SEC(".maps");

static __always_inline bool is_crash_signal(u32 signal)
{
	return is_fault(signal) || signal == SIGABRT;
}

/* A fault of the running thread, or a signal to itself as of abort() and raise(). */
static __always_inline bool is_own_doing(u32 signal, struct kernel_siginfo *info,
					 struct task_struct *target, struct task_struct *task)
{
	s32 code;

	if ((u64)info < 2 || BPF_CORE_READ(target, tgid) != BPF_CORE_READ(task, tgid))
		return false;
	code = BPF_CORE_READ(info, si_code);
	if (code > 0)
		return signal != SIGABRT;
	return code == SI_TKILL || code == SI_USER;
}

/* Where the kernel put the user's registers when it was entered. */
static __always_inline void *user_registers(struct task_struct *task)
{
	if (bpf_core_enum_value_exists(enum bpf_func_id___known, BPF_FUNC_task_pt_regs___known))
		return (void *)bpf_task_pt_regs((void *)bpf_get_current_task_btf());
	/* Before 5.15, at the end of the kernel's stack. */
#if defined(__TARGET_ARCH_x86)
	return BPF_CORE_READ(task, stack) + KERNEL_STACK_BYTES -
	       bpf_core_type_size(struct pt_regs___kernel_x86);
#else
	return BPF_CORE_READ(task, stack) + KERNEL_STACK_BYTES -
	       bpf_core_type_size(struct pt_regs___kernel_arm64);
#endif
}

#if defined(__TARGET_ARCH_x86)
static __always_inline void read_registers(struct fault_scratch *s, void *at)
{
	struct pt_regs___kernel_x86 *regs = at;
	u64 *r = s->record.registers;

	s->record.register_set = INQ_REGISTERS_X86_64;
	r[0] = BPF_CORE_READ(regs, ax);
	r[1] = BPF_CORE_READ(regs, dx);
	r[2] = BPF_CORE_READ(regs, cx);
	r[3] = BPF_CORE_READ(regs, bx);
	r[4] = BPF_CORE_READ(regs, si);
	r[5] = BPF_CORE_READ(regs, di);
	r[6] = BPF_CORE_READ(regs, bp);
	r[7] = BPF_CORE_READ(regs, sp);
	r[8] = BPF_CORE_READ(regs, r8);
	r[9] = BPF_CORE_READ(regs, r9);
	r[10] = BPF_CORE_READ(regs, r10);
	r[11] = BPF_CORE_READ(regs, r11);
	r[12] = BPF_CORE_READ(regs, r12);
	r[13] = BPF_CORE_READ(regs, r13);
	r[14] = BPF_CORE_READ(regs, r14);
	r[15] = BPF_CORE_READ(regs, r15);
	r[16] = BPF_CORE_READ(regs, ip);
	s->sp = r[7];
	s->ip = r[16];
}

/* What the processor complained of; stale unless it did. */
static __always_inline void read_trap(struct inq_process_fault *r, void *at)
{
	struct thread_struct___x86 *thread = at;

	r->trap = BPF_CORE_READ(thread, trap_nr);
	r->error_code = BPF_CORE_READ(thread, error_code);
}
#elif defined(__TARGET_ARCH_arm64)
static __always_inline void read_registers(struct fault_scratch *s, void *at)
{
	struct pt_regs___kernel_arm64 *regs = at;

	s->record.register_set = INQ_REGISTERS_ARM64;
	BPF_CORE_READ_INTO(&s->sp, regs, sp);
	BPF_CORE_READ_INTO(&s->ip, regs, pc);
	bpf_core_read(s->record.registers, 31 * sizeof(u64), &regs->regs);
	s->record.registers[31] = s->sp;
	s->record.registers[32] = s->ip;
}

static __always_inline void read_trap(struct inq_process_fault *r, void *at)
{
	struct thread_struct___arm64 *thread = at;

	r->trap = 0;
	r->error_code = BPF_CORE_READ(thread, fault_code);
}
#endif

/* Chunks are aligned, so none is half in a page that is not there. */
__noinline int read_stack(u64 start)
{
	struct fault_scratch *s = fault_memory();
	u32 i;

	if (!s)
		return 0;
	s->record.stack_start = start & ~(u64)(STACK_CHUNK - 1);
#pragma clang loop unroll(disable)
	for (i = 0; i < INQ_STACK_MAX / STACK_CHUNK; i++)
		if (bpf_probe_read_user(&s->record.stack[i * STACK_CHUNK], STACK_CHUNK,
					(void *)(s->record.stack_start + i * STACK_CHUNK)))
			break;
	s->record.stack_length = i * STACK_CHUNK;
	return i;
}

/* A trap of the program's own tells itself from an instruction that the processor lacks. */
static __always_inline void read_code(struct fault_scratch *s)
{
	struct inq_process_fault *r = &s->record;

	r->has_code = !bpf_probe_read_user(r->code, sizeof(r->code), (void *)(s->ip - INQ_CODE_BEFORE));
}

static __always_inline void fill_fault(struct fault_scratch *s, struct task_struct *task,
				       struct kernel_siginfo *info, u32 signal)
{
	struct inq_process_fault *r = &s->record;
	struct mm_struct *mm = BPF_CORE_READ(task, mm);

	s->below = 0;
	s->above = 0;
	s->stack_floor = 0;
	s->written = 0;
	r->signal = signal;
	r->si_code = BPF_CORE_READ(info, si_code);
	r->fault_address = 0;
	if (r->si_code > 0 && signal != SIGSYS)
		r->fault_address = (u64)BPF_CORE_READ(info, _sifields._sigfault._addr);
	read_trap(r, (void *)task + bpf_core_field_offset(struct task_struct, thread));
	r->n_mappings = 0;
	r->mappings_left_out = 0;
	r->stack_limit = BPF_CORE_READ(task, signal, rlim[RLIMIT_STACK_INDEX].rlim_cur);
	r->main_stack = BPF_CORE_READ(mm, start_stack);
	read_registers(s, user_registers(task));
	read_code(s);
	fill_mappings(s, mm);
	/* A stack that has overflown has its pointer where no memory is. */
	if (!read_stack(s->sp) && s->stack_floor)
		read_stack(s->stack_floor);
}

/* A kernel thread's map lock may be taken: then it says so in the status of each. */
static __always_inline void fill_frames(struct bpf_raw_tracepoint_args *ctx,
					struct inq_process_fault *r)
{
	long bytes = bpf_get_stack(ctx, r->frames, sizeof(r->frames), BPF_F_USER_STACK_ONLY);

	r->n_frames = bytes > 0 ? bytes / sizeof(r->frames[0]) : 0;
	bytes = bpf_get_stack(ctx, r->build_ids, sizeof(r->build_ids),
			      BPF_F_USER_STACK_ONLY | BPF_F_WITH_BUILD_ID);
	r->n_build_ids = bytes > 0 ? bytes / sizeof(r->build_ids[0]) : 0;
}

static __always_inline bool fault_may(struct inq_container *c, u64 now)
{
	u32 zero = 0;
	struct inq_bucket *all = bpf_map_lookup_elem(&all_faults, &zero);
	struct inq_counter *count;

	if (c && take_token(&c->faults, now, FAULTS_BURST, FAULTS_RATE) && all &&
	    take_token(all, now, ALL_FAULTS_BURST, ALL_FAULTS_RATE))
		return true;
	count = counter(INQ_PROCESS_FAULT);
	if (count)
		__sync_fetch_and_add(&count->suppressed, 1);
	return false;
}

SEC("raw_tp/signal_generate")
int process_fault(struct bpf_raw_tracepoint_args *ctx)
{
	u32 signal = ctx->args[0];
	struct kernel_siginfo *info = (struct kernel_siginfo *)ctx->args[1];
	struct task_struct *target = (struct task_struct *)ctx->args[2];
	struct task_struct *task;
	struct fault_scratch *s;
	u64 container, size;

	/* A result other than 0: it was dropped, or one was pending already. */
	if (signal < 1 || signal > SIGNALS || !is_crash_signal(signal) || ctx->args[4])
		return 0;
	container = container_of_cgroup(task_cgroup_id(target));
	if (!container)
		return 0;
	task = (struct task_struct *)bpf_get_current_task();
	if (!is_own_doing(signal, info, target, task) ||
	    disposition_of(target, signal) != INQ_DEFAULT)
		return 0;
	count_seen(INQ_PROCESS_FAULT);
	if (!fault_may(bpf_map_lookup_elem(&containers, &container), bpf_ktime_get_boot_ns()))
		return 0;
	s = fault_memory();
	if (!s) {
		lose(INQ_PROCESS_FAULT);
		return 0;
	}
	fill_process(&s->record.process, task);
	fill_fault(s, task, info, signal);
	fill_frames(ctx, &s->record);
	size = sizeof(s->record) - INQ_STACK_MAX + s->record.stack_length;
	if (size > sizeof(s->record)) {
		lose(INQ_PROCESS_FAULT);
		return 0;
	}
	fill_header(&s->record.header, INQ_PROCESS_FAULT, size, container,
		    subject_flags(&s->record.process));
	output(INQ_PROCESS_FAULT, &s->record, size, false);
	return 0;
}

#endif
