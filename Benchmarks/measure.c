/*
 * Measures commands beside each other: one warm-up of each, then rounds in which each runs once, so
 * that a busy machine is busy for all of them.
 *
 *   measure ROUNDS <COMMANDS
 *
 * COMMANDS has lines "label<TAB>shell command", and after another tab a command to run before each round
 * of it, which is not measured. Prints for each, separated by tabs: label, median,
 * least and most user+system CPU seconds, median elapsed seconds, peak resident memory in MiB, and
 * the exit status of the last run. Output of the commands is thrown away.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define COMMANDS 64
#define ROUNDS 101

struct command {
	char *label, *text, *before;
	double cpu[ROUNDS], elapsed[ROUNDS];
	long memory;
	int status;
};

static struct command commands[COMMANDS];

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double of(struct timeval time)
{
	return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

static void run(struct command *command, int round)
{
	double start;
	struct rusage usage;
	pid_t child;

	if (command->before && system(command->before) != 0) {
		fprintf(stderr, "measure: cannot prepare: %s\n", command->before);
		exit(1);
	}
	start = seconds();
	child = fork();

	if (child < 0) {
		perror("measure: fork");
		exit(1);
	}
	if (child == 0) {
		int sink = open("/dev/null", O_RDWR);

		dup2(sink, 1);
		dup2(sink, 2);
		execl("/bin/sh", "sh", "-c", command->text, (char *)NULL);
		_exit(127);
	}
	while (wait4(child, &command->status, 0, &usage) < 0)
		;
	if (round < 0)
		return;
	command->elapsed[round] = seconds() - start;
	command->cpu[round] = of(usage.ru_utime) + of(usage.ru_stime);
	if (usage.ru_maxrss > command->memory)
		command->memory = usage.ru_maxrss;
}

static int compare(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;

	return (a > b) - (a < b);
}

int main(int count, char **arguments)
{
	int rounds = count == 2 ? atoi(arguments[1]) : 0;
	int known = 0;
	char *line = NULL;
	size_t room = 0;
	ssize_t length;

	if (rounds < 1 || rounds > ROUNDS) {
		fprintf(stderr, "usage: measure ROUNDS <COMMANDS\n");
		return 1;
	}
	while (known < COMMANDS && (length = getline(&line, &room, stdin)) > 0) {
		char *tab = strchr(line, '\t');

		if (!tab)
			continue;
		if (line[length - 1] == '\n')
			line[length - 1] = 0;
		*tab = 0;
		commands[known].label = strdup(line);
		commands[known].text = strdup(tab + 1);
		tab = strchr(commands[known].text, '\t');
		if (tab) {
			*tab = 0;
			commands[known].before = tab + 1;
		}
		known++;
	}
	for (int round = -1; round < rounds; round++)
		for (int i = 0; i < known; i++)
			run(&commands[i], round);
	for (int i = 0; i < known; i++) {
		struct command *command = &commands[i];

		qsort(command->cpu, (size_t)rounds, sizeof(double), compare);
		qsort(command->elapsed, (size_t)rounds, sizeof(double), compare);
		printf("%s\t%.4f\t%.4f\t%.4f\t%.4f\t%.1f\t%d\n", command->label, command->cpu[rounds / 2],
		       command->cpu[0], command->cpu[rounds - 1], command->elapsed[rounds / 2],
		       (double)command->memory / 1024,
		       WIFEXITED(command->status) ? WEXITSTATUS(command->status) : 128);
	}
	return 0;
}
