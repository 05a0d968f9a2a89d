// SPDX-License-Identifier: Apache-2.0
// Dies on request, in one of many ways. Static, so that an image needs nothing else.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
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

static int eat_shared(void)
{
	char *shared = mmap(NULL, 256 * MIB, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	memset(shared, 1, 256 * MIB);
	return 12;
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

static int null_dereference(void)
{
	*(volatile int *)0 = 1;
	return 0;
}

static int deeper(volatile char *above)
{
	volatile char frame[4096];
	frame[0] = *above;
	return deeper(frame) + frame[0];
}

static int overflow_stack(void)
{
	volatile char bottom = 1;
	return deeper(&bottom);
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
	int file = open("/tmp/index", O_RDWR | O_CREAT, 0600);
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

static int illegal(void)
{
	__builtin_trap();
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

static int ring_alarm(void)
{
	alarm(1);
	for (;;)
		pause();
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
	{"stack", overflow_stack},
	{"jump", jump_to_data},
	{"shm", fill_shm},
	{"truncated", read_truncated},
	{"divide", divide},
	{"illegal", illegal},
	{"abort", call_abort},
	{"self-kill", kill_itself},
	{"eat", eat},
	{"eat-shm", eat_shared},
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
	for (size_t i = 0; i < sizeof WAYS / sizeof WAYS[0]; i++)
		if (!strcmp(how, WAYS[i].name))
			return WAYS[i].run();
	fprintf(stderr, "die: unknown way '%s'\n", how);
	return 64;
}
