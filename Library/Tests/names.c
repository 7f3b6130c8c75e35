/* Reads names, one a line, and writes each in its readable form, or as it is: what `ksym translate` does. With
 * an argument, gives the functions what no caller should. */
#define _GNU_SOURCE
#include <ksym_names.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int hostile(void) {
  int failures = 0;
  char buffer[32];
  size_t start, end;
  failures += ksymn_abi() != 1;
  failures += ksymn_demangle(NULL, 3, 0, buffer, 32) != -2;
  failures += ksymn_demangle("_RNvC1a1b", 9, 8, buffer, 32) != -2;
  failures += ksymn_demangle("_RNvC1a1b", 9, 0, NULL, 32) != -2;
  failures += ksymn_demangle("_RNvC1a1b", (size_t)-1, 0, buffer, 32) != -2;
  failures += ksymn_demangle("_RNvC1a1b", 9, 0, buffer, 3) != 4 || strcmp(buffer, "a:") != 0;
  failures += ksymn_demangle("printk", 6, 0, buffer, 32) != -1;
  failures += ksymn_source_name(NULL, 9, NULL) != 0 || ksymn_source_name("a.isra.0", 8, &start) != 1;
  failures += ksymn_suffix("a.isra.0.llvm.5", 15, 1, &start, &end) != KSYMN_LLVM || start != 8 || end != 15;
  failures += ksymn_suffix("a.isra.0.llvm.5", 15, 2, NULL, NULL) != KSYMN_NO_SUFFIX;
  failures += ksymn_suffix(NULL, 15, 0, NULL, NULL) != KSYMN_NO_SUFFIX;
  failures += ksymn_limits("none", 64, NULL, NULL) || ksymn_limits(NULL, 64, NULL, NULL);
  for (int round = 0; round < 300000; round++) {
    char name[64] = "_RNvMs_NtNtNtCsdJ13ReMSUMg_6kernel5block2mq8gen_diskNtB4_14";
    for (int change = rand() % 6; change >= 0; change--) name[rand() % 60] = (char)rand();
    size_t length = (size_t)rand() % sizeof name;
    failures += ksymn_demangle(name, length, round & 1, buffer, sizeof buffer) < -1;
    failures += ksymn_source_name(name, length, &start) + start > length;
    ksymn_suffix(name, length, 0, &start, &end);
  }
  printf("%d failures\n", failures);
  return failures != 0;
}

int main(int count, char **arguments) {
  (void)arguments;
  if (count > 1) return hostile();
  char *line = NULL;
  size_t room = 0;
  static char readable[1 << 17];
  for (ssize_t length; (length = getline(&line, &room, stdin)) > 0;) {
    if (line[length - 1] == '\n') line[--length] = 0;
    ptrdiff_t needed = ksymn_demangle(line, (size_t)length, 0, readable, sizeof readable);
    puts(needed < 0 ? line : readable);
  }
  free(line);
  return 0;
}
