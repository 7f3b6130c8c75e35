/* Reads bytes as a program of calls of ksym.h, in any order, with any arguments and any handles. Nothing may
 * crash, hang or leak.
 *
 *   With libFuzzer, as Fuzz/README.md has it; without (-DSEEDED): fuzz SEED COUNT runs as many random programs.
 *   KSYM_FUZZ_FILES has paths with colons between, which calls open; so does a file of the program's bytes.
 */
#include <ksym.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { slot_count = 4, most_files = 16 };

static const char *files[most_files + 1];
static size_t file_count;
static char scratch[64];

static const uint8_t *next;
static size_t rest;
/* Any handle may be given to any function. */
static void *slots[slot_count];

static uint8_t byte(void) {
  if (rest == 0) return 0;
  rest--;
  return *next++;
}

static uint64_t number(void) {
  static const uint64_t edges[] = {0, 1, 2, 7, 8, 63, 64, 4096, (uint64_t)-1, (uint64_t)-8,
                                   (uint64_t)1 << 63, 0xffffffff81000000};
  uint8_t kind = byte();
  if (kind < sizeof edges / sizeof *edges) return edges[kind];
  uint64_t value = 0;
  for (unsigned count = kind % 8; count > 0; count--) value = value << 8 | byte();
  return value;
}

/* A piece of the program, as it is: without a NUL. */
static const char *text(size_t *length) {
  size_t wanted = byte();
  *length = wanted < rest ? wanted : rest;
  const char *start = (const char *)next;
  next += *length, rest -= *length;
  return start;
}

/* A piece of the program that ends with a NUL; NULL if it says so. */
static const char *string(char buffer[256]) {
  size_t length;
  const char *start = text(&length);
  memcpy(buffer, start, length < 255 ? length : 255);
  buffer[length < 255 ? length : 255] = 0;
  return byte() == 7 ? NULL : buffer;
}

static const char *path(void) {
  size_t which = byte();
  if (which == 255) return NULL;
  return which % 4 == 3 || file_count == 0 ? scratch : files[which % file_count];
}

static void *handle(void) {
  size_t which = byte();
  if (which < 240) return slots[which % slot_count];
  return which < 248 ? NULL : (void *)(uintptr_t)number();
}

static bool keep_going(void) { return byte() % 8 != 5; }
static bool take_symbol(const ksym_symbol *symbol, void *context) {
  *(size_t *)context += strlen(symbol->name) + strlen(symbol->owner);
  return keep_going();
}
static bool take_version(const ksym_version_record *version, void *context) {
  *(size_t *)context += strlen(version->name) + strlen(version->layout);
  if (version->digest) *(size_t *)context += version->digest[31];
  return keep_going();
}
static bool take_export(const ksym_export_record *record, void *context) {
  *(size_t *)context += strlen(record->name) + strlen(record->owner) + strlen(record->name_space) +
                        strlen(record->licence);
  return keep_going();
}
static bool take_name(const char *name, size_t length, void *context) {
  for (size_t place = 0; place < length; place++) *(size_t *)context += (uint8_t)name[place];
  return keep_going();
}
static bool take_owner(const char *module, const char *release, void *context) {
  *(size_t *)context += strlen(module) + strlen(release);
  return keep_going();
}

static void kernel_calls(size_t *sum) {
  char buffer[300], era[256];
  size_t length;
  ksym_symbol symbols[3];
  memset(symbols, 0, sizeof symbols);
  symbols[0].size = byte() % 8 ? sizeof *symbols : number();
  ksym_kernel *kernel = handle();
  switch (byte() % 8) {
  case 0: {
    const char *release = ksym_kernel_release(kernel), *id = ksym_kernel_build_id(kernel);
    *sum += (release ? strlen(release) : 0) + (id ? strlen(id) : 0);
    break;
  }
  case 1: {
    uint64_t slide;
    ksym_kernel_slide(kernel, byte() % 8 ? &slide : NULL);
    break;
  }
  case 2: ksym_kernel_symbol(kernel, number() % (ksym_kernel_count(kernel) + 2), symbols); break;
  case 3: ksym_kernel_symbols(kernel, number(), symbols, byte() % 4 ? sizeof *symbols : byte() % 8, 3); break;
  case 4: ksym_kernel_at(kernel, number(), symbols); break;
  case 5: {
    const char *key = text(&length), *rules = byte() % 2 ? string(era) : NULL;
    ksym_kernel_find(kernel, key, length, rules, take_symbol, sum);
    break;
  }
  case 6: {
    static const char *const interfaces[] = {"kprobe", "ftrace", "perf", "bpftrace", "livepatch", "gdb",
                                             "crash", "modversions"};
    size_t which = byte();
    const char *interface = which < 200 ? interfaces[which % 8] : string(era);
    ksym_kernel_spell(kernel, number(), interface, buffer, byte());
    break;
  }
  default: ksym_kernel_close(kernel);
  }
}

static void *open_kernel(void) {
  ksym_kernel_options options = {.size = byte() % 8 ? sizeof options : number(), .view = byte() % 4,
                                 .flags = byte() % 4, .slide = number(), .limit = number()};
  options.modules = byte() % 8 == 1 ? path() : NULL;
  options.reserved[byte() % 3] = byte() % 16 == 1;
  ksym_kernel *kernel;
  return ksym_kernel_open(path(), byte() % 2 ? &options : NULL, &kernel) == KSYM_OK ? kernel : NULL;
}

static void check_modules(void) {
  const char *modules[4];
  size_t count = byte() % 4;
  for (size_t place = 0; place < count; place++) modules[place] = path();
  char *json = NULL;
  void *checker = handle();
  if (ksym_checker_check(checker, modules, count, byte() % 32, &json) == KSYM_OK) ksym_free(json);
}

static void *open_checker(void) {
  char buffers[2][256];
  const char *assumed[2];
  size_t count = byte() % 3;
  for (size_t place = 0; place < count; place++) assumed[place] = string(buffers[place]);
  const char *kernel = path(), *config = byte() % 4 == 1 ? path() : NULL;
  ksym_checker *checker;
  return ksym_checker_open(kernel, config, assumed, count, &checker) == KSYM_OK ? checker : NULL;
}

static void table_calls(size_t *sum) {
  size_t length;
  ksym_table *table = handle();
  switch (byte() % 5) {
  case 0: *sum += ksym_table_count(table); break;
  case 1: {
    uint8_t digest[32];
    for (size_t place = 0; place < sizeof digest; place++) digest[place] = byte();
    ksym_table_digest(table, digest, take_name, sum);
    break;
  }
  case 2: {
    const char *form = text(&length);
    ksym_table_find(table, form, length, take_name, sum);
    break;
  }
  case 3: {
    const char *name = text(&length);
    ksym_table_owners(table, name, length, take_owner, sum);
    break;
  }
  default: ksym_table_close(table);
  }
}

static void *new_translator(void) {
  ksym_translator_options options = {.size = byte() % 8 ? sizeof options : number(), .form = byte() % 5,
                                     .flags = byte() % 3, .kernel = handle(), .table = handle()};
  if (byte() % 2) options.kernel = NULL;
  if (byte() % 2) options.table = NULL;
  ksym_translator *translator;
  bool has_options = byte() % 4;
  return ksym_translator_new(has_options ? &options : NULL, &translator) == KSYM_OK ? translator : NULL;
}

static void translator_calls(size_t *sum) {
  size_t length;
  ksym_translator *translator = handle();
  switch (byte() % 4) {
  case 0: ksym_translator_finish(translator, take_name, sum); break;
  case 1: ksym_translator_free(translator); break;
  default: {
    const char *piece = text(&length);
    ksym_translator_feed(translator, piece, length, take_name, sum);
  }
  }
}

static void close_all(void *one) {
  ksym_kernel_close(one);
  ksym_checker_close(one);
  ksym_table_close(one);
  ksym_translator_free(one);
}

/* A new handle takes the place of another, which is closed. */
static void put(void *made) {
  void **slot = &slots[byte() % slot_count];
  close_all(*slot);
  *slot = made;
}

static void call(size_t *sum) {
  char buffer[300];
  size_t length;
  switch (byte() % 14) {
  case 0: {
    const char *name = text(&length);
    ksym_demangle(name, length, byte() % 3, byte() % 8 ? buffer : NULL, byte());
    break;
  }
  case 1: {
    const char *name = text(&length);
    ksym_form(name, length, byte() % 5, byte() % 8 ? buffer : NULL, byte());
    break;
  }
  case 2: put(open_kernel()); break;
  case 3: case 4: case 5: kernel_calls(sum); break;
  case 6: ksym_module_versions(path(), take_version, sum); break;
  case 7: ksym_exports(path(), take_export, sum); break;
  case 8: put(open_checker()); break;
  case 9: check_modules(); break;
  case 10: {
    ksym_table *table;
    put(ksym_table_open(path(), &table) == KSYM_OK ? table : NULL);
    break;
  }
  case 11: table_calls(sum); break;
  case 12: put(new_translator()); break;
  default: translator_calls(sum);
  }
  *sum += strlen(ksym_error());
}

static void find_files(void) {
  static char list[4096];
  const char *given = getenv("KSYM_FUZZ_FILES");
  snprintf(list, sizeof list, "%s", given ? given : "");
  for (char *one = strtok(list, ":"); one && file_count < most_files; one = strtok(NULL, ":"))
    files[file_count++] = one;
  snprintf(scratch, sizeof scratch, "/tmp/ksym-fuzz-%d", (int)getpid());
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (!scratch[0]) find_files();
  size_t sum = 0;
  FILE *file = fopen(scratch, "wb");
  if (file) {
    fwrite(data, 1, size, file);
    fclose(file);
  }
  next = data, rest = size;
  for (unsigned calls = 0; rest > 0 && calls < 200; calls++) call(&sum);
  for (size_t slot = 0; slot < slot_count; slot++) {
    close_all(slots[slot]);
    slots[slot] = NULL;
  }
  unlink(scratch);
  return 0;
}

#ifdef SEEDED
int main(int count, char **arguments) {
  if (count != 3) {
    fprintf(stderr, "usage: fuzz SEED COUNT\n");
    return 64;
  }
  srand((unsigned)atoi(arguments[1]));
  static uint8_t program[2048];
  for (int left = atoi(arguments[2]); left > 0; left--) {
    size_t size = (size_t)rand() % sizeof program;
    for (size_t place = 0; place < size; place++) program[place] = (uint8_t)(rand() >> 7);
    LLVMFuzzerTestOneInput(program, size);
  }
  return 0;
}
#endif
