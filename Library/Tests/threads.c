/* Many threads use the same handles; answers are equal, and errors stay with their thread. */
#include <ksym.h>

#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { thread_count = 8, rounds = 300 };
static ksym_kernel *kernel;
static ksym_checker *checker;
static const char *modules[2];
static int failures[thread_count];

static bool first(const ksym_symbol *symbol, void *context) {
  *(ksym_symbol *)context = *symbol;
  return false;
}

static void *work(void *argument) {
  int *failed = argument;
  int number = (int)(failed - failures);
  size_t count = ksym_kernel_count(kernel);
  for (int round = 0; round < rounds; round++) {
    ksym_symbol symbol, found;
    symbol.size = sizeof symbol;
    size_t index = (size_t)(number * 7919 + round * 104729) % count;
    if (ksym_kernel_symbol(kernel, index, &symbol) != KSYM_OK) ++*failed;
    if (ksym_kernel_find(kernel, symbol.name, symbol.name_length, NULL, first, &found) != KSYM_OK) ++*failed;
    if (strcmp(found.name, symbol.name) != 0) ++*failed;
    char path[32], buffer[128];
    snprintf(path, sizeof path, "/nowhere/%d/%d", number, round);
    ksym_kernel *none;
    if (ksym_kernel_open(path, NULL, &none) != -2 || strstr(ksym_error(), path) == NULL) ++*failed;
    if (ksym_kernel_count(none) != 0) ++*failed;
    ksym_demangle(symbol.name, symbol.name_length, 0, buffer, sizeof buffer);
    ksym_translator *translator;
    if (ksym_translator_new(NULL, &translator) != KSYM_OK) ++*failed;
    ksym_translator_free(translator);
    if (round % 50 == 0) {
      char *json;
      if (ksym_checker_check(checker, modules, 1, KSYM_NO_DEPENDENCIES, &json) != KSYM_OK) ++*failed;
      else if (!strstr(json, "\"loads\"")) ++*failed;
      ksym_free(json);
    }
  }
  return NULL;
}

int main(int count, char **arguments) {
  if (count != 4) return 64;
  if (ksym_kernel_open(arguments[1], NULL, &kernel) != KSYM_OK ||
      ksym_checker_open(arguments[1], arguments[2], NULL, 0, &checker) != KSYM_OK) {
    fprintf(stderr, "%s\n", ksym_error());
    return 2;
  }
  modules[0] = arguments[3];
  pthread_t threads[thread_count];
  for (int number = 0; number < thread_count; number++)
    pthread_create(&threads[number], NULL, work, &failures[number]);
  int failed = 0;
  for (int number = 0; number < thread_count; number++) {
    pthread_join(threads[number], NULL);
    failed += failures[number];
  }
  /* All close; one does. */
  ksym_kernel_close(kernel);
  ksym_kernel_close(kernel);
  ksym_checker_close(checker);
  printf("%d failures\n", failed);
  return failed != 0;
}
