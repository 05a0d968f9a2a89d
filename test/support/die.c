// SPDX-License-Identifier: Apache-2.0
// Dies on request, in one of many ways. Static, so that an image needs nothing else.
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static void on_term(int signal)
{
	(void)signal;
	_exit(0);
}

static void note_term(int signal)
{
	(void)signal;
}

static int eat(void)
{
	for (;;) {
		char *memory = malloc(1 << 20);
		if (!memory)
			return 12;
		memset(memory, 1, 1 << 20);
		usleep(1000);
	}
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

static void *leave(void *argument)
{
	sleep(1);
	exit(*(int *)argument);
}

int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "";
	setvbuf(stdout, NULL, _IONBF, 0);
	if (!strcmp(how, "null"))
		*(volatile int *)0 = 1;
	if (!strcmp(how, "abort"))
		abort();
	if (!strcmp(how, "self-kill"))
		kill(getpid(), SIGKILL);
	if (!strcmp(how, "eat"))
		return eat();
	if (!strcmp(how, "supervise-eat"))
		return supervise(eat, 1);
	if (!strcmp(how, "eat-shm")) {
		char *shared = mmap(NULL, 1 << 28, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
		memset(shared, 1, 1 << 28);
	}
	if (!strcmp(how, "term-exit")) {
		signal(SIGTERM, on_term);
		puts("ready");
		for (;;)
			pause();
	}
	if (!strcmp(how, "term-stay")) {
		signal(SIGTERM, note_term);
		puts("ready");
		for (;;)
			pause();
	}
	if (!strcmp(how, "leader-leaves")) {
		static int code = 5;
		pthread_t thread;
		pthread_create(&thread, NULL, leave, &code);
		pthread_exit(NULL);
	}
	fprintf(stderr, "die: unknown way '%s'\n", how);
	return 64;
}
