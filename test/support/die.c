// SPDX-License-Identifier: Apache-2.0
// Dies on request, in one of many ways. Static, so that an image needs nothing else.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MIB = 1 << 20 };

static void on_signal(int signal)
{
	(void)signal;
	_exit(0);
}

static void note_signal(int signal)
{
	(void)signal;
}

static int wait_for_ever(void)
{
	puts("ready");
	for (;;)
		pause();
}

static int eat(void)
{
	for (;;) {
		char *memory = malloc(MIB);
		if (!memory)
			return 12;
		memset(memory, 1, MIB);
		usleep(1000);
	}
}

/* Files in /dev/shm are memory, whoever made them. */
static int eat_shared(void)
{
	int file = open("/dev/shm/queue", O_RDWR | O_CREAT, 0600);
	char *shared;
	if (ftruncate(file, 256 * MIB))
		return 12;
	shared = mmap(NULL, 256 * MIB, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	memset(shared, 1, 256 * MIB);
	return 12;
}

/* What a process has left of its memory: nothing from the moment on at which it was killed. */
static unsigned long pages_of(pid_t pid)
{
	unsigned long pages = 0;
	char path[32];
	FILE *file;
	snprintf(path, sizeof path, "/proc/%d/statm", pid);
	file = fopen(path, "r");
	if (!file)
		return 0;
	if (fscanf(file, "%lu", &pages) != 1)
		pages = 0;
	fclose(file);
	return pages;
}

static void offer_first(void)
{
	FILE *file = fopen("/proc/self/oom_score_adj", "w");
	if (!file)
		return;
	fputs("1000", file);
	fclose(file);
}

/* Small, and the first that the kernel is to take. */
static int stay_small(void)
{
	enum { SMALL = 4 * MIB };
	volatile char *memory = malloc(SMALL);
	if (!memory)
		return 12;
	offer_first();
	for (size_t at = 0; at < SMALL; at += 1024)
		memory[at] = 1;
	return wait_for_ever();
}

/*
 * Grows until a small sibling was killed for it, and goes on working. On one processor: on two this process asks again
 * while the sibling's memory is still being freed, and the kernel then chooses this process too.
 */
static int eat_beside(pid_t sibling)
{
	cpu_set_t first;
	CPU_ZERO(&first);
	CPU_SET(0, &first);
	if (sched_setaffinity(0, sizeof first, &first) || sched_setaffinity(sibling, sizeof first, &first)) {
		perror("die: sched_setaffinity");
		return 71;
	}
	while (pages_of(sibling) > 0) {
		char *memory = malloc(MIB);
		if (!memory)
			return 12;
		memset(memory, 1, MIB);
		usleep(20 * 1000);
	}
	return wait_for_ever();
}

/* Starts a child in the given way and gives up with a code of its own when it ends. */
static int supervise(int (*child)(void), int code)
{
	int status;
	pid_t pid = fork();
	if (pid == 0)
		_exit(child());
	waitpid(pid, &status, 0);
	fprintf(stderr, "supervisor: worker ended, giving up\n");
	return code;
}

static int supervise_eat(void)
{
	return supervise(eat, 1);
}

static void *leave(void *argument)
{
	sleep(1);
	exit(*(int *)argument);
}

static int leader_leaves(void)
{
	static int code = 5;
	pthread_t thread;
	pthread_create(&thread, NULL, leave, &code);
	pthread_exit(NULL);
}

static int term_exit(void)
{
	signal(SIGTERM, on_signal);
	return wait_for_ever();
}

static int usr1_exit(void)
{
	signal(SIGUSR1, on_signal);
	return wait_for_ever();
}

static int term_stay(void)
{
	signal(SIGTERM, note_signal);
	return wait_for_ever();
}

__attribute__((noinline)) static int null_dereference(void)
{
	*(volatile int *)0 = 1;
	return 0;
}

/* What many programs install: a word on standard error, and then an end in one way or another. */
static void say_fault(void)
{
	static const char words[] = "caught a fault, ending\n";
	(void)!write(STDERR_FILENO, words, sizeof(words) - 1);
}

static void fault_aborts(int signal)
{
	(void)signal;
	say_fault();
	abort();
}

static void fault_raises(int number)
{
	say_fault();
	signal(number, SIG_DFL);
	raise(number);
}

static void fault_exits(int signal)
{
	(void)signal;
	say_fault();
	_exit(1);
}

static void fault_exits_alike(int signal)
{
	say_fault();
	_exit(128 + signal);
}

static int handler_aborts(void)
{
	signal(SIGSEGV, fault_aborts);
	return null_dereference();
}

/* As a Java virtual machine: what the C library forces where abort() is dropped comes to the handler, too. */
static int handler_aborts_again(void)
{
	struct sigaction action = {.sa_handler = fault_aborts, .sa_flags = SA_NODEFER};
	sigaction(SIGSEGV, &action, NULL);
	return null_dereference();
}

static int handler_exits(void)
{
	signal(SIGSEGV, fault_exits);
	return null_dereference();
}

static int handler_exits_alike(void)
{
	signal(SIGSEGV, fault_exits_alike);
	return null_dereference();
}

static int deeper(volatile char *above)
{
	volatile char frame[4096];
	frame[0] = *above;
	return deeper(frame) + frame[0];
}

/* The C library looks where it was told to. */
static int measure_nothing(void)
{
	const char *volatile nothing = NULL;
	return (int)strlen(nothing);
}

static void *overflow_in_thread(void *argument)
{
	volatile char bottom = 1;
	(void)argument;
	deeper(&bottom);
	return NULL;
}

static int overflow_thread(void)
{
	pthread_t thread;
	pthread_create(&thread, NULL, overflow_in_thread, NULL);
	return pthread_join(thread, NULL);
}

static int write_constant(void)
{
	static const char constant[] = "fixed";
	volatile char *place = (volatile char *)constant;
	*place = 1;
	return 0;
}

static int overflow_stack(void)
{
	volatile char bottom = 1;
	return deeper(&bottom);
}

/* As musl has it: nothing describes what the handler returns to. Elsewhere the kernel brings its own. */
#if defined(__x86_64__)
__asm__(".text\nbare_return:\n\tmov $15, %rax\n\tsyscall\n");
void bare_return(void);
#endif

static int handler_bare(void)
{
	struct {
		void (*handler)(int);
		unsigned long flags;
		void (*restorer)(void);
		unsigned long mask;
	} action = {.handler = fault_raises};
#if defined(__x86_64__)
	action.flags = 0x04000000; /* SA_RESTORER */
	action.restorer = bare_return;
#endif
	syscall(SYS_rt_sigaction, SIGSEGV, &action, NULL, sizeof(action.mask));
	return null_dereference();
}

/* A request to stop comes while it works, and cleaning up goes wrong. */
static void clean_up(int signal)
{
	(void)signal;
	_exit(null_dereference());
}

static int term_crashes(void)
{
	signal(SIGTERM, clean_up);
	kill(getpid(), SIGTERM);
	return 0;
}

/* On a stack of its own: the program's is full. */
static int handler_apart(void)
{
	static char stack[65536];
	stack_t apart = {.ss_sp = stack, .ss_size = sizeof(stack)};
	struct sigaction action = {.sa_handler = fault_raises, .sa_flags = SA_ONSTACK};
	sigaltstack(&apart, NULL);
	sigaction(SIGSEGV, &action, NULL);
	return overflow_stack();
}

static int jump_to_data(void)
{
	static char data[16] = "\xc3";
	return ((int (*)(void))(void *)data)();
}

/* More shared memory than /dev/shm can hold: nothing complains before the page is touched. */
static int fill_shm(void)
{
	int file = open("/dev/shm/queue", O_RDWR | O_CREAT, 0600);
	char *memory;
	if (ftruncate(file, 16 * MIB))
		return 12;
	memory = mmap(NULL, 16 * MIB, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	memset(memory, 1, 16 * MIB);
	return 0;
}

static int read_truncated(void)
{
	int file = open("/run/index", O_RDWR | O_CREAT, 0600);
	volatile char *memory;
	if (ftruncate(file, MIB))
		return 12;
	memory = mmap(NULL, MIB, PROT_READ, MAP_SHARED, file, 0);
	if (ftruncate(file, 0))
		return 12;
	return memory[MIB / 2];
}

static int divide(void)
{
	volatile int dividend = 7, zero = 0;
	return dividend / zero;
}

/* No processor of these kinds has it. */
static int illegal(void)
{
#if defined(__x86_64__)
	__asm__ volatile(".byte 0x06");
#else
	__asm__ volatile(".inst 0x00ffffff");
#endif
	return 0;
}

static int fail_check(void)
{
	__builtin_trap();
}

static int leave_breakpoint(void)
{
#if defined(__x86_64__)
	__asm__ volatile("int3");
#else
	__asm__ volatile("brk #0");
#endif
	return 0;
}

/* A call that changes nothing wherever the program is run. */
static int read_kernel_log(void)
{
	enum { SIZE_UNREAD = 9 };
	return syscall(SYS_syslog, SIZE_UNREAD, NULL, 0) < 0 ? 1 : 0;
}

static int write_to_nobody(void)
{
	int ends[2];
	if (pipe(ends))
		return 12;
	close(ends[0]);
	return write(ends[1], "x", 1) == 1 ? 0 : 1;
}

static int spin(void)
{
	volatile unsigned turns = 0;
	for (;;)
		turns++;
}

static int write_on(void)
{
	static char block[4096];
	int file = open("/tmp/output", O_WRONLY | O_CREAT, 0600);
	while (write(file, block, sizeof block) > 0)
		;
	return 1;
}

/* Forks children that stay until the kernel refuses one. */
static int fork_until_refused(void)
{
	for (;;) {
		pid_t pid = fork();
		if (pid == 0) {
			for (;;)
				pause();
		}
		if (pid < 0) {
			fprintf(stderr, "worker: fork: %s\n", strerror(errno));
			return 1;
		}
	}
}

/* Busy, so that the timer fires while it runs and not in a task that the kernel hides from BPF programs. */
static int ring_alarm(void)
{
	ualarm(200000, 0);
	for (;;)
		;
}

/* A grandchild asks to be ended with its parent; the parent leaves; the status is passed on as a shell would. */
static int parent_leaves(void)
{
	int status = 0, last = 0, told[2];
	char byte;
	if (pipe(told))
		return 12;
	if (fork() == 0) {
		if (fork() == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			if (write(told[1], "x", 1) != 1)
				_exit(12);
			for (;;)
				pause();
		}
		_exit(read(told[0], &byte, 1) == 1 ? 0 : 12);
	}
	while (wait(&status) > 0)
		last = status;
	return WIFSIGNALED(last) ? 128 + WTERMSIG(last) : WEXITSTATUS(last);
}

static int kill_itself(void)
{
	return kill(getpid(), SIGKILL);
}

static int call_abort(void)
{
	abort();
}

static const struct {
	const char *name;
	int (*run)(void);
} WAYS[] = {
	{"null", null_dereference},
	{"handler-aborts", handler_aborts},
	{"handler-apart", handler_apart},
	{"handler-bare", handler_bare},
	{"term-crashes", term_crashes},
	{"handler-aborts-again", handler_aborts_again},
	{"handler-exits", handler_exits},
	{"handler-exits-alike", handler_exits_alike},
	{"stack", overflow_stack},
	{"libc", measure_nothing},
	{"thread-stack", overflow_thread},
	{"constant", write_constant},
	{"jump", jump_to_data},
	{"shm", fill_shm},
	{"truncated", read_truncated},
	{"divide", divide},
	{"illegal", illegal},
	{"check", fail_check},
	{"breakpoint", leave_breakpoint},
	{"abort", call_abort},
	{"self-kill", kill_itself},
	{"eat", eat},
	{"eat-shm", eat_shared},
	{"small", stay_small},
	{"supervise-eat", supervise_eat},
	{"term-exit", term_exit},
	{"term-stay", term_stay},
	{"usr1-exit", usr1_exit},
	{"leader-leaves", leader_leaves},
	{"syslog", read_kernel_log},
	{"pipe", write_to_nobody},
	{"spin", spin},
	{"write-on", write_on},
	{"forks", fork_until_refused},
	{"alarm", ring_alarm},
	{"parent-leaves", parent_leaves},
};

int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "";
	setvbuf(stdout, NULL, _IONBF, 0);
	if (argc == 3 && !strcmp(how, "eat-beside"))
		return eat_beside(atoi(argv[2]));
	for (size_t i = 0; i < sizeof WAYS / sizeof WAYS[0]; i++)
		if (!strcmp(how, WAYS[i].name))
			return WAYS[i].run();
	fprintf(stderr, "die: unknown way '%s'\n", how);
	return 64;
}
