/* Would this kernel load this module? And what is at an address?
 *
 *   verdict KERNEL MODULE [ADDRESS]
 */
#include <inttypes.h>
#include <ksym.h>
#include <stdio.h>
#include <stdlib.h>

static bool show(const ksym_version_record *version, void *context) {
  char name[256];
  if (ksym_form(version->name, version->name_length, KSYM_READABLE, name, sizeof name) < 0) return false;
  printf("0x%08" PRIx64 " %s\n", version->crc, name);
  return --*(int *)context > 0;
}

static int fail(void) { return fprintf(stderr, "verdict: %s\n", ksym_error()), 2; }

int main(int count, char **arguments) {
  if (count < 3) return fprintf(stderr, "usage: verdict KERNEL MODULE [ADDRESS]\n"), 64;
  const char *path = arguments[1], *modules[] = {arguments[2]};

  int most = 3;
  if (ksym_module_versions(modules[0], show, &most) < 0) return fail();

  ksym_checker *checker;
  char *json;
  if (ksym_checker_open(path, NULL, NULL, 0, &checker) < 0) return fail();
  if (ksym_checker_check(checker, modules, 1, 0, &json) < 0) return fail();
  puts(json);
  ksym_free(json);
  ksym_checker_close(checker);

  if (count > 3) {
    ksym_kernel *kernel;
    if (ksym_kernel_open(path, NULL, &kernel) < 0) return fail();
    ksym_symbol symbol = {.size = sizeof symbol};
    if (ksym_kernel_at(kernel, strtoull(arguments[3], NULL, 0), &symbol) == KSYM_OK)
      printf("%s+0x%" PRIx64 "\n", symbol.name, symbol.offset);
    ksym_kernel_close(kernel);
  }
  return 0;
}
