// Measures the C library: what one call costs in CPU, as the median of rounds.
//
//   library LIBRARY KERNEL CONFIG MODULE      prints NAME NANOSECONDS, a line each
#include <dlfcn.h>
#include <ksym.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { rounds = 25 };

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static int ascending(const void *left, const void *right) {
  double difference = *(const double *)left - *(const double *)right;
  return (difference > 0) - (difference < 0);
}

static void report(const char *name, double *samples) {
  qsort(samples, rounds, sizeof *samples, ascending);
  printf("%s %.1f\n", name, samples[rounds / 2]);
}

#define FUNCTION(name) typeof(&name) name##_at = (typeof(&name))dlsym(library, #name)

static double loaded(const char *path) {
  int ends[2];
  if (pipe(ends) != 0) exit(2);
  if (fork() == 0) {
    double start = now();
    void *library = dlopen(path, RTLD_NOW);
    double time = library ? now() - start : -1;
    if (write(ends[1], &time, sizeof time) != sizeof time) _exit(2);
    _exit(0);
  }
  double time = -1;
  if (read(ends[0], &time, sizeof time) != sizeof time) exit(2);
  wait(NULL);
  close(ends[0]), close(ends[1]);
  return time;
}

int main(int count, char **arguments) {
  if (count != 5) return 64;
  double samples[rounds];
  for (int round = 0; round < rounds; round++) samples[round] = loaded(arguments[1]);
  report("load", samples);

  void *library = dlopen(arguments[1], RTLD_NOW);
  if (!library) return fprintf(stderr, "%s\n", dlerror()), 2;
  FUNCTION(ksym_error);
  FUNCTION(ksym_demangle);
  FUNCTION(ksym_kernel_open);
  FUNCTION(ksym_kernel_count);
  FUNCTION(ksym_kernel_symbol);
  FUNCTION(ksym_kernel_at);
  FUNCTION(ksym_checker_open);
  FUNCTION(ksym_checker_check);
  FUNCTION(ksym_free);

  double start = now();
  ksym_kernel *kernel;
  if (ksym_kernel_open_at(arguments[2], NULL, &kernel) != 0)
    return fprintf(stderr, "%s\n", ksym_error_at()), 2;
  printf("open %.1f\n", now() - start);

  const char *name = "_RNvNtCsdJ13ReMSUMg_6kernel5print11call_printk";
  size_t length = strlen(name);
  char buffer[128];
  enum { calls = 20000 };
  for (int round = 0; round < rounds; round++) {
    start = now();
    for (int call = 0; call < calls; call++) ksym_demangle_at(name, length, 0, buffer, sizeof buffer);
    samples[round] = (now() - start) / calls;
  }
  report("demangle", samples);

  size_t symbols = ksym_kernel_count_at(kernel);
  static uint64_t addresses[calls];
  ksym_symbol symbol = {.size = sizeof symbol};
  for (int call = 0; call < calls; call++) {
    ksym_kernel_symbol_at(kernel, (size_t)call * 7919 % symbols, &symbol);
    addresses[call] = symbol.address + 1;
  }
  for (int round = 0; round < rounds; round++) {
    start = now();
    for (int call = 0; call < calls; call++) ksym_kernel_at_at(kernel, addresses[call], &symbol);
    samples[round] = (now() - start) / calls;
  }
  report("address", samples);

  ksym_checker *checker;
  start = now();
  if (ksym_checker_open_at(arguments[2], arguments[3], NULL, 0, &checker) != 0)
    return fprintf(stderr, "%s\n", ksym_error_at()), 2;
  printf("checker %.1f\n", now() - start);
  const char *modules[] = {arguments[4]};
  for (int round = -1; round < rounds; round++) {
    char *json;
    start = now();
    ksym_checker_check_at(checker, modules, 1, 0, &json);
    if (round >= 0) samples[round] = now() - start;
    else printf("first-verdict %.1f\n", now() - start);
    ksym_free_at(json);
  }
  report("verdict", samples);
  return 0;
}
