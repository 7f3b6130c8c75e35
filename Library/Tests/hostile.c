/* Gives every function of ksym.h what no caller should give it. Nothing may crash, hang or leak. */
#include <ksym.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures;
#define CHECK(condition)                                                       \
  do {                                                                         \
    if (!(condition)) {                                                        \
      fprintf(stderr, "%s:%d: %s (%s)\n", __FILE__, __LINE__, #condition, ksym_error()); \
      failures++;                                                              \
    }                                                                          \
  } while (0)

static bool no_symbol(const ksym_symbol *symbol, void *context) {
  (void)symbol, (void)context;
  return true;
}
static bool no_version(const ksym_version_record *version, void *context) {
  (void)version, (void)context;
  return true;
}
static bool no_export(const ksym_export_record *record, void *context) {
  (void)record, (void)context;
  return true;
}
static bool no_name(const char *name, size_t length, void *context) {
  (void)name, (void)length, (void)context;
  return true;
}
static bool no_owner(const char *module, const char *release, void *context) {
  (void)module, (void)release, (void)context;
  return true;
}

/* Pointers that are no handles; none is followed. */
static void *const strangers[] = {NULL, (void *)1, (void *)16, (void *)0x1000010, (void *)0x1000020,
                                  (void *)0xffffff0, (void *)-1, (void *)-16, (void *)&failures};
enum { stranger_count = sizeof strangers / sizeof *strangers };

static void names(void) {
  char buffer[64];
  const char *mangled = "_RNvNtCsdJ13ReMSUMg_6kernel5print11call_printk";
  size_t length = strlen(mangled);
  CHECK(ksym_demangle(mangled, length, 0, buffer, sizeof buffer) == 26);
  CHECK(strcmp(buffer, "kernel::print::call_printk") == 0);
  CHECK(ksym_demangle(mangled, length, 0, NULL, 0) == 26);
  CHECK(ksym_demangle(mangled, length, 0, buffer, 8) == 26 && strcmp(buffer, "kernel:") == 0);
  CHECK(ksym_demangle(mangled, length, 0, buffer, 1) == 26 && buffer[0] == 0);
  CHECK(ksym_demangle(mangled, length, KSYM_SHOW_HASHES, NULL, 0) > 26);
  CHECK(ksym_demangle("printk", 6, 0, buffer, sizeof buffer) == -1);
  CHECK(ksym_demangle("", 0, 0, buffer, sizeof buffer) == -1);
  CHECK(ksym_demangle(NULL, 6, 0, buffer, sizeof buffer) == KSYM_BAD_ARGUMENT);
  CHECK(ksym_demangle(mangled, length, 2, buffer, sizeof buffer) == KSYM_BAD_ARGUMENT);
  CHECK(ksym_demangle(mangled, length, 0, NULL, 9) == KSYM_BAD_ARGUMENT);
  CHECK(ksym_demangle(mangled, (size_t)-1, 0, buffer, sizeof buffer) == KSYM_BAD_ARGUMENT);
  CHECK(ksym_demangle(mangled, length, 0, buffer, (size_t)-1) == KSYM_BAD_ARGUMENT);
  CHECK(ksym_form("do_one.isra.0.llvm.123", 22, KSYM_SOURCE, buffer, sizeof buffer) == 6);
  CHECK(strcmp(buffer, "do_one") == 0);
  CHECK(ksym_form("do_one.isra.0.llvm.123", 22, KSYM_READABLE, buffer, sizeof buffer) == 11);
  CHECK(strcmp(buffer, "do_one.isra") == 0);
  CHECK(ksym_form("do_one.isra.0.llvm.123", 22, KSYM_BARE, buffer, sizeof buffer) == 6);
  CHECK(ksym_form(mangled, length, KSYM_READABLE, buffer, sizeof buffer) == 26);
  CHECK(ksym_form("a", 1, KSYM_HASHED, NULL, 0) == 64);
  CHECK(ksym_form("a", 1, 4, buffer, sizeof buffer) == KSYM_BAD_ARGUMENT);
  CHECK(ksym_form(NULL, 1, KSYM_SOURCE, buffer, sizeof buffer) == KSYM_BAD_ARGUMENT);
  for (unsigned round = 0; round < 20000; round++) {
    char damaged[64];
    size_t size = (size_t)(rand() % 60) + 2;
    for (size_t place = 0; place < size; place++)
      damaged[place] = place < length && rand() % 16 ? mangled[place] : (char)rand();
    ptrdiff_t needed = ksym_demangle(damaged, size, round & 1, buffer, sizeof buffer);
    CHECK(needed >= -1);
    CHECK(ksym_form(damaged, size, round & 3, buffer, sizeof buffer) >= 0);
  }
}

static void strange_handles(void) {
  for (int number = 0; number < stranger_count; number++) {
    ksym_kernel *kernel = strangers[number];
    ksym_checker *checker = strangers[number];
    ksym_table *table = strangers[number];
    ksym_translator *translator = strangers[number];
    ksym_symbol symbol;
    memset(&symbol, 0, sizeof symbol);
    symbol.size = sizeof symbol;
    uint64_t slide;
    char *json;
    uint8_t digest[32] = {0};
    char buffer[8];
    CHECK(ksym_kernel_release(kernel) == NULL);
    CHECK(strlen(ksym_error()) > 0);
    CHECK(ksym_kernel_build_id(kernel) == NULL);
    CHECK(ksym_kernel_slide(kernel, &slide) == KSYM_BAD_ARGUMENT);
    CHECK(ksym_kernel_count(kernel) == 0);
    CHECK(ksym_kernel_symbol(kernel, 0, &symbol) == KSYM_BAD_ARGUMENT);
    CHECK(ksym_kernel_symbols(kernel, 0, &symbol, sizeof symbol, 1) == 0);
    CHECK(ksym_kernel_at(kernel, 0, &symbol) == KSYM_BAD_ARGUMENT);
    CHECK(ksym_kernel_find(kernel, "a", 1, NULL, no_symbol, NULL) == KSYM_BAD_ARGUMENT);
    CHECK(ksym_kernel_spell(kernel, 0, "gdb", buffer, 8) == KSYM_BAD_ARGUMENT);
    CHECK(ksym_checker_check(checker, NULL, 0, 0, &json) == KSYM_BAD_ARGUMENT && json == NULL);
    CHECK(ksym_table_count(table) == 0);
    CHECK(ksym_table_digest(table, digest, no_name, NULL) == KSYM_BAD_ARGUMENT);
    CHECK(ksym_table_find(table, "a", 1, no_name, NULL) == KSYM_BAD_ARGUMENT);
    CHECK(ksym_table_owners(table, "a", 1, no_owner, NULL) == KSYM_BAD_ARGUMENT);
    CHECK(ksym_translator_feed(translator, "a", 1, no_name, NULL) == KSYM_BAD_ARGUMENT);
    CHECK(ksym_translator_finish(translator, no_name, NULL) == KSYM_BAD_ARGUMENT);
    ksym_kernel_close(kernel);
    ksym_checker_close(checker);
    ksym_table_close(table);
    ksym_translator_free(translator);
  }
}

static void files(void) {
  ksym_kernel *kernel = (void *)1;
  ksym_checker *checker = (void *)1;
  ksym_table *table = (void *)1;
  CHECK(ksym_kernel_open(NULL, NULL, &kernel) == KSYM_BAD_ARGUMENT && kernel == NULL);
  CHECK(ksym_kernel_open("", NULL, &kernel) == KSYM_BAD_ARGUMENT);
  CHECK(ksym_kernel_open("/dev/null", NULL, NULL) == KSYM_BAD_ARGUMENT);
  CHECK(ksym_kernel_open("/nowhere", NULL, &kernel) == -2);
  CHECK(strstr(ksym_error(), "/nowhere") != NULL);
  CHECK(ksym_kernel_open("/dev/null", NULL, &kernel) < 0 && kernel == NULL);
  CHECK(ksym_kernel_open(__FILE__, NULL, &kernel) < 0);
  CHECK(ksym_checker_open(NULL, NULL, NULL, 0, &checker) == KSYM_BAD_ARGUMENT && checker == NULL);
  CHECK(ksym_checker_open("/nowhere", NULL, NULL, 0, &checker) == -2);
  CHECK(ksym_checker_open("/nowhere", NULL, NULL, 1, &checker) == KSYM_BAD_ARGUMENT);
  CHECK(ksym_checker_open("/nowhere", NULL, NULL, (size_t)-1, &checker) == KSYM_BAD_ARGUMENT);
  const char *const assumed[] = {"nonsense", NULL};
  CHECK(ksym_checker_open("/nowhere", NULL, assumed, 1, &checker) == KSYM_BAD_ARGUMENT);
  CHECK(ksym_checker_open("/nowhere", NULL, assumed, 2, &checker) == KSYM_BAD_ARGUMENT);
  CHECK(ksym_table_open(NULL, &table) == KSYM_BAD_ARGUMENT && table == NULL);
  CHECK(ksym_table_open("/nowhere", &table) == -2);
  CHECK(ksym_table_open(__FILE__, &table) == KSYM_UNKNOWN_FORMAT);
  CHECK(ksym_module_versions(NULL, no_version, NULL) == KSYM_BAD_ARGUMENT);
  CHECK(ksym_module_versions(__FILE__, NULL, NULL) == KSYM_BAD_ARGUMENT);
  CHECK(ksym_module_versions(__FILE__, no_version, NULL) < 0);
  CHECK(ksym_exports(NULL, no_export, NULL) == KSYM_BAD_ARGUMENT);
  CHECK(ksym_exports("/nowhere", NULL, NULL) == KSYM_BAD_ARGUMENT);
  CHECK(ksym_exports("/nowhere", no_export, NULL) == -2);
  ksym_free(NULL);
}

static void kernels(const char *path) {
  ksym_kernel_options options;
  ksym_kernel *kernel;
  memset(&options, 0, sizeof options);
  CHECK(ksym_kernel_open(path, &options, &kernel) == KSYM_BAD_ARGUMENT);
  options.size = sizeof options;
  options.view = 3;
  CHECK(ksym_kernel_open(path, &options, &kernel) == KSYM_BAD_ARGUMENT);
  options.view = 0, options.flags = 64;
  CHECK(ksym_kernel_open(path, &options, &kernel) == KSYM_BAD_ARGUMENT);
  options.flags = 0, options.reserved[2] = 1;
  CHECK(ksym_kernel_open(path, &options, &kernel) == KSYM_BAD_ARGUMENT);
  options.reserved[2] = 0, options.limit = 1000;
  CHECK(ksym_kernel_open(path, &options, &kernel) == -27);
  CHECK(ksym_kernel_open(path, NULL, &kernel) == KSYM_OK);
  size_t count = ksym_kernel_count(kernel);
  CHECK(count > 1000);
  ksym_symbol symbol, other;
  memset(&symbol, 0xff, sizeof symbol);
  symbol.size = sizeof symbol - 1;
  CHECK(ksym_kernel_symbol(kernel, 0, &symbol) == KSYM_BAD_ARGUMENT);
  symbol.size = other.size = sizeof symbol;
  CHECK(ksym_kernel_symbol(kernel, count, &symbol) == KSYM_NOT_FOUND);
  CHECK(ksym_kernel_symbol(kernel, (size_t)-1, &symbol) == KSYM_NOT_FOUND);
  CHECK(ksym_kernel_symbol(kernel, 0, NULL) == KSYM_BAD_ARGUMENT);
  CHECK(ksym_kernel_symbols(kernel, 0, NULL, sizeof symbol, 1) == 0);
  CHECK(ksym_kernel_symbols(kernel, 0, &symbol, 8, 1) == 0);
  CHECK(ksym_kernel_symbols(kernel, (size_t)-1, &symbol, sizeof symbol, 1) == 0);
  CHECK(ksym_kernel_symbols(kernel, count - 1, &symbol, sizeof symbol, 1000) == 1);
  CHECK(ksym_kernel_at(kernel, (uint64_t)-1, &symbol) >= 0);
  CHECK(ksym_kernel_at(kernel, 0, NULL) == KSYM_BAD_ARGUMENT);
  size_t named = 0;
  for (size_t index = 0; index < count; index += 97) {
    CHECK(ksym_kernel_symbol(kernel, index, &symbol) == KSYM_OK);
    CHECK(symbol.index == index && strlen(symbol.name) == symbol.name_length);
    CHECK(strcmp(symbol.owner, "vmlinux") == 0 && symbol.position <= symbol.equals);
    if (ksym_kernel_at(kernel, symbol.address + 1, &other) == KSYM_OK && other.address == symbol.address)
      named++;
    CHECK(ksym_kernel_find(kernel, symbol.name, symbol.name_length, NULL, no_symbol, NULL) == KSYM_OK);
  }
  CHECK(named > 100);
  CHECK(ksym_kernel_find(kernel, NULL, 1, NULL, no_symbol, NULL) == KSYM_BAD_ARGUMENT);
  CHECK(ksym_kernel_find(kernel, "a", 1, NULL, NULL, NULL) == KSYM_BAD_ARGUMENT);
  CHECK(ksym_kernel_find(kernel, "a", 1, "x", no_symbol, NULL) == KSYM_BAD_ARGUMENT);
  CHECK(ksym_kernel_find(kernel, "vfs_read", 8, "6.6", no_symbol, NULL) >= 0);
  const char *const keys[] = {"", "*", "[", "\\", "::", "0x", "0xffffffffffffffffff", "a,", "@", "+0x1", "\xff\xfe",
                              "sha256:", "<", "a::<", "a+0x1/0x", "?", "[a-", "[]a]"};
  for (size_t place = 0; place < sizeof keys / sizeof *keys; place++)
    CHECK(ksym_kernel_find(kernel, keys[place], strlen(keys[place]), NULL, no_symbol, NULL) >= 0);
  const char *const interfaces[] = {"kprobe", "ftrace", "perf", "bpftrace",
                                    "livepatch", "gdb", "crash", "modversions"};
  char buffer[512];
  for (size_t place = 0; place < sizeof interfaces / sizeof *interfaces; place++)
    CHECK(ksym_kernel_spell(kernel, 100, interfaces[place], buffer, sizeof buffer) >= -1);
  CHECK(ksym_kernel_spell(kernel, 100, "none", buffer, sizeof buffer) == KSYM_BAD_ARGUMENT);
  CHECK(ksym_kernel_spell(kernel, 100, NULL, buffer, sizeof buffer) == KSYM_BAD_ARGUMENT);
  CHECK(ksym_kernel_spell(kernel, count, "gdb", buffer, sizeof buffer) == KSYM_BAD_ARGUMENT);
  CHECK(ksym_table_count((ksym_table *)kernel) == 0);
  ksym_kernel *second;
  CHECK(ksym_kernel_open(path, NULL, &second) == KSYM_OK && second != kernel);
  ksym_kernel_close(kernel);
  CHECK(ksym_kernel_count(kernel) == 0 && ksym_kernel_symbol(kernel, 0, &symbol) == KSYM_BAD_ARGUMENT);
  ksym_kernel_close(kernel);
  ksym_kernel *third;
  CHECK(ksym_kernel_open(path, NULL, &third) == KSYM_OK && third != kernel);
  CHECK(ksym_kernel_count(kernel) == 0 && ksym_kernel_count(third) == count);
  ksym_kernel_close(kernel);
  CHECK(ksym_kernel_count(third) == count && ksym_kernel_count(second) == count);
  ksym_kernel_close(second);
  ksym_kernel_close(third);
}

static void checkers(const char *path, const char *config, const char *module) {
  ksym_checker *checker;
  CHECK(ksym_checker_open(path, config, NULL, 0, &checker) == KSYM_OK);
  const char *modules[] = {module, "/nowhere", __FILE__, NULL};
  char *json;
  CHECK(ksym_checker_check(checker, modules, 3, KSYM_NO_DEPENDENCIES, &json) == KSYM_OK);
  CHECK(json != NULL && strstr(json, "\"unreadable\"") && strstr(json, "\"loads\""));
  ksym_free(json);
  CHECK(ksym_checker_check(checker, modules, 4, 0, &json) == KSYM_BAD_ARGUMENT && json == NULL);
  CHECK(ksym_checker_check(checker, NULL, 1, 0, &json) == KSYM_BAD_ARGUMENT);
  CHECK(ksym_checker_check(checker, modules, (size_t)-1, 0, &json) == KSYM_BAD_ARGUMENT);
  CHECK(ksym_checker_check(checker, modules, 1, 16, &json) == KSYM_BAD_ARGUMENT);
  CHECK(ksym_checker_check(checker, modules, 1, 0, NULL) == KSYM_BAD_ARGUMENT);
  CHECK(ksym_checker_check(checker, NULL, 0, 0, &json) == KSYM_OK && strcmp(json, "[]") == 0);
  ksym_free(json);
  ksym_checker_close(checker);
  CHECK(ksym_checker_check(checker, modules, 1, 0, &json) == KSYM_BAD_ARGUMENT);
  ksym_checker_close(checker);
}

static bool stop(const char *text, size_t length, void *context) {
  (void)text, (void)length;
  ++*(int *)context;
  return false;
}

static void translators(const char *path) {
  ksym_translator *translator;
  ksym_translator_options options;
  memset(&options, 0, sizeof options);
  CHECK(ksym_translator_new(NULL, NULL) == KSYM_BAD_ARGUMENT);
  CHECK(ksym_translator_new(&options, &translator) == KSYM_BAD_ARGUMENT && translator == NULL);
  options.size = sizeof options, options.form = 4;
  CHECK(ksym_translator_new(&options, &translator) == KSYM_BAD_ARGUMENT);
  options.form = KSYM_TO_LINKAGE, options.kernel = (ksym_kernel *)&options;
  CHECK(ksym_translator_new(&options, &translator) == KSYM_BAD_ARGUMENT);
  ksym_kernel *kernel;
  CHECK(ksym_kernel_open(path, NULL, &kernel) == KSYM_OK);
  options.kernel = kernel;
  CHECK(ksym_translator_new(&options, &translator) == KSYM_OK);
  ksym_kernel_close(kernel);
  int calls = 0;
  for (int round = 0; round < 2000; round++) {
    char text[200];
    for (size_t place = 0; place < sizeof text; place++) text[place] = (char)rand();
    CHECK(ksym_translator_feed(translator, text, (size_t)rand() % sizeof text, no_name, NULL) == KSYM_OK);
  }
  CHECK(ksym_translator_feed(translator, " vfs_read+0x1c/0x40\n", 20, stop, &calls) == KSYM_OK);
  CHECK(ksym_translator_feed(translator, NULL, 0, no_name, NULL) == KSYM_OK);
  CHECK(ksym_translator_feed(translator, NULL, 1, no_name, NULL) == KSYM_BAD_ARGUMENT);
  CHECK(ksym_translator_feed(translator, "a", (size_t)-1, no_name, NULL) == KSYM_BAD_ARGUMENT);
  CHECK(ksym_translator_feed(translator, "a", 1, NULL, NULL) == KSYM_BAD_ARGUMENT);
  CHECK(ksym_translator_finish(translator, NULL, NULL) == KSYM_BAD_ARGUMENT);
  CHECK(ksym_translator_finish(translator, no_name, NULL) == KSYM_OK);
  ksym_translator_free(translator);
  ksym_translator_free(translator);
  CHECK(ksym_translator_finish(translator, no_name, NULL) == KSYM_BAD_ARGUMENT);
}

int main(int count, char **arguments) {
  if (count != 4) {
    fprintf(stderr, "usage: hostile KERNEL CONFIG MODULE\n");
    return 64;
  }
  CHECK(ksym_abi() == 1 && strlen(ksym_version()) > 0 && ksym_error() != NULL);
  names();
  strange_handles();
  files();
  kernels(arguments[1]);
  checkers(arguments[1], arguments[2], arguments[3]);
  translators(arguments[1]);
  strange_handles();
  printf("%d failures\n", failures);
  return failures != 0;
}
