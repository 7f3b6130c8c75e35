/*
 * ksym.h: the identity of Linux kernel symbols, for programs in C and whatever calls C.
 *
 *   - Text goes in as a pointer and a length (names are bytes, not UTF-8); paths end with a NUL.
 *     Text comes out with a NUL and a length.
 *   - Functions that can fail give a ksym_status; ksym_error() then has the sentence that the command
 *     would print, one for each thread.
 *   - A handle may be used by many threads at once. What points into it lives until it is closed. A null
 *     or closed handle is an error (KSYM_BAD_ARGUMENT, or NULL or 0); closing one does nothing.
 *   - Callbacks return false to stop, which is no error.
 *   - Structures begin with their size, which the caller sets to sizeof; what is reserved is zero.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef KSYM_H
#define KSYM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* 0, 1, a negated errno (such as -ENOENT), or one of the others. */
typedef int32_t ksym_status;
#define KSYM_OK 0
#define KSYM_NOT_FOUND 1
#define KSYM_DAMAGED (-256)        /* a file is not what its format says */
#define KSYM_UNKNOWN_FORMAT (-257) /* nothing of a kernel, or not a file of the kind asked for */
#define KSYM_UNSUPPORTED (-258)    /* the file is in order, and does not hold the answer */
#define KSYM_TOO_SMALL (-259)      /* the buffer does not hold the answer; the length needed was given */
#define KSYM_BAD_ARGUMENT (-260)

/* The version of this interface, 1: what it promises stays as long as the name of the library does. */
uint32_t ksym_abi(void);
/* The version of ksym, such as "0.2.0". */
const char *ksym_version(void);
/* What went wrong in this thread's last call that failed; never NULL; lives until the next that fails. */
const char *ksym_error(void);
/* Frees text that a function allocated; NULL does nothing. */
void ksym_free(void *text);

/* Names. These need no kernel, and give the length of the answer without its NUL, as snprintf does: an
 * answer that does not fit is cut. -1 is "no such form"; KSYM_BAD_ARGUMENT for wrong arguments. */
#define KSYM_SHOW_HASHES 1u

/* A mangled name of Rust as a programmer writes it; -1 if the name is not mangled. */
ptrdiff_t ksym_demangle(const char *name, size_t length, uint32_t flags, char *buffer, size_t size);

typedef uint32_t ksym_name_form;
#define KSYM_SOURCE 0u   /* as the source has it: without what compilers add; Rust stays mangled */
#define KSYM_READABLE 1u /* Rust demangled; others as the source has them */
#define KSYM_BARE 2u     /* readable, without generic arguments */
#define KSYM_HASHED 3u   /* SHA-256 in hexadecimal, as tables without room for the name hold it */

ptrdiff_t ksym_form(const char *name, size_t length, ksym_name_form form, char *buffer, size_t size);

/* A kernel and its symbols. */
typedef struct ksym_kernel ksym_kernel;

#define KSYM_VIEW_KERNEL 0u     /* what the kernel's own table has */
#define KSYM_VIEW_LISTED 1u     /* lists and ELF symbols as they are */
#define KSYM_VIEW_SYSTEM_MAP 2u /* what System.map has */

#define KSYM_WITH_MODULES 1u /* add the symbols of the modules that belong to the kernel */
#define KSYM_MOVED 2u        /* the kernel is moved by `slide` (KASLR): addresses count from there */

typedef struct ksym_kernel_options {
  size_t size;
  uint32_t view;
  uint32_t flags;
  uint64_t slide;      /* in bytes */
  uint64_t limit;      /* largest file after unpacking, in bytes; 0 for 1 GiB */
  const char *modules; /* add the symbols of this module, or of all below a directory */
  uint64_t reserved[3];
} ksym_kernel_options;

typedef struct ksym_symbol {
  size_t size;
  uint64_t address;
  uint64_t length; /* bytes up to the next symbol; 0 if unknown */
  uint64_t offset; /* distance of what was asked for from the symbol, in bytes */
  uint64_t index;
  const char *name; /* the linkage name */
  size_t name_length;
  const char *owner; /* "vmlinux", or a module */
  uint32_t position; /* among symbols of the same name and owner, from 1: livepatch's sympos */
  uint32_t equals;   /* how many those are */
  char type;         /* the letter that nm prints */
  bool has_address;
  bool is_clone; /* the compiler made it from the function asked for */
  uint8_t reserved[29];
} ksym_symbol;

typedef bool (*ksym_symbol_callback)(const ksym_symbol *symbol, void *context);

/* Opens an image, a dump, a list of symbols, a directory, the release of an installed kernel,
 * "build-id:" with digits, or "running", and reads its symbols. `options` may be NULL. If a directory has
 * no kernel, all modules below it are read: many of them take minutes. */
ksym_status ksym_kernel_open(const char *path, const ksym_kernel_options *options, ksym_kernel **kernel);
void ksym_kernel_close(ksym_kernel *kernel);
/* The release as `uname -r` prints it; the build ID in hexadecimal; NULL if unknown. */
const char *ksym_kernel_release(ksym_kernel *kernel);
const char *ksym_kernel_build_id(ksym_kernel *kernel);
/* How far the kernel was moved from where it was linked to, as its file tells, or as was given. */
ksym_status ksym_kernel_slide(ksym_kernel *kernel, uint64_t *slide);
/* The number of symbols. */
size_t ksym_kernel_count(ksym_kernel *kernel);
/* A symbol by its index. */
ksym_status ksym_kernel_symbol(ksym_kernel *kernel, size_t index, ksym_symbol *symbol);
/* Symbols from an index on: as many as there are and fit; the number of those written. The structures
 * are `stride` bytes apart, of which each has sizeof(ksym_symbol) at least. */
size_t ksym_kernel_symbols(ksym_kernel *kernel, size_t first, void *symbols, size_t stride, size_t count);
/* What an address belongs to. */
ksym_status ksym_kernel_at(ksym_kernel *kernel, uint64_t address, ksym_symbol *symbol);
/* What a key may mean that `ksym lookup` takes: a linkage name, a source name, the end of a readable path,
 * a digest, a pattern, an address, with what chooses among equals. `era` is NULL, or the release by whose
 * rules names are found. */
ksym_status ksym_kernel_find(ksym_kernel *kernel, const char *key, size_t length, const char *era,
                             ksym_symbol_callback each, void *context);
/* A symbol as an interface takes it: "kprobe", "ftrace", "perf", "bpftrace", "livepatch", "gdb", "crash" or
 * "modversions". Gives what ksym_demangle gives; -1 if the interface cannot take it: ksym_error() has
 * the code of the reason. */
ptrdiff_t ksym_kernel_spell(ksym_kernel *kernel, size_t index, const char *interface, char *buffer,
                            size_t size);

/* Versions that a module requires, in the order of its tables. */
typedef struct ksym_version_record {
  size_t size;
  const char *name; /* empty where the table holds a digest only */
  size_t name_length;
  uint64_t crc; /* the whole field: more than 32 bits are a damaged or foreign table */
  const char *layout;      /* "basic", "extended", "packed" or "hashed" */
  const uint8_t *digest;   /* 32 bytes, or NULL */
  uint64_t reserved[2];
} ksym_version_record;

typedef bool (*ksym_version_callback)(const ksym_version_record *version, void *context);
ksym_status ksym_module_versions(const char *path, ksym_version_callback each, void *context);

/* What a kernel or a module exports, or a Module.symvers lists. */
typedef struct ksym_export_record {
  size_t size;
  const char *name;
  size_t name_length;
  const char *owner;
  const char *name_space; /* empty for none */
  const char *licence;    /* as Module.symvers has it: "EXPORT_SYMBOL_GPL" … */
  uint32_t crc;
  bool has_crc;
  bool is_gpl_only;
  uint8_t reserved[18];
} ksym_export_record;

typedef bool (*ksym_export_callback)(const ksym_export_record *export_record, void *context);
ksym_status ksym_exports(const char *path, ksym_export_callback each, void *context);

/* Verdicts: would this kernel load these modules? */
typedef struct ksym_checker ksym_checker;

#define KSYM_IGNORE_MODVERSIONS 1u /* flag MODULE_INIT_IGNORE_MODVERSIONS of finit_module */
#define KSYM_IGNORE_VERMAGIC 2u    /* flag MODULE_INIT_IGNORE_VERMAGIC */
#define KSYM_NO_DEPENDENCIES 4u    /* modules of the kernel's own tree do not count as loaded */
#define KSYM_ALL_SYMBOLS 8u        /* report every symbol, not only those with problems */

/* Reads a kernel once, to be asked often. `config` is NULL, or a configuration to use; `assume` has `count`
 * texts KEY=VALUE, as `ksym check --assume` takes them. */
ksym_status ksym_checker_open(const char *kernel, const char *config, const char *const *assume,
                              size_t count, ksym_checker **checker);
void ksym_checker_close(ksym_checker *checker);
/* Gives an array of the objects that `ksym check --json` prints; a module that cannot be read has the
 * verdict "unreadable" and an "error". Free it with ksym_free(). */
ksym_status ksym_checker_check(ksym_checker *checker, const char *const *modules, size_t count,
                               uint32_t flags, char **json);

/* Name tables: names by digest, source or readable name. */
typedef struct ksym_table ksym_table;
typedef bool (*ksym_name_callback)(const char *name, size_t length, void *context);
typedef bool (*ksym_owner_callback)(const char *module, const char *release, void *context);

ksym_status ksym_table_open(const char *path, ksym_table **table);
void ksym_table_close(ksym_table *table);
size_t ksym_table_count(ksym_table *table);
/* The names with a digest of 32 bytes. */
ksym_status ksym_table_digest(ksym_table *table, const uint8_t *digest, ksym_name_callback each,
                              void *context);
/* The linkage names with a source or readable name. */
ksym_status ksym_table_find(ksym_table *table, const char *form, size_t length, ksym_name_callback each,
                            void *context);
/* Who has a linkage name. */
ksym_status ksym_table_owners(ksym_table *table, const char *name, size_t length,
                              ksym_owner_callback each, void *context);

/* Names in text. One thread at a time: another gets -EBUSY. */
typedef struct ksym_translator ksym_translator;
typedef bool (*ksym_write_callback)(const char *text, size_t length, void *context);

#define KSYM_TO_READABLE 0u
#define KSYM_TO_SOURCE 1u
#define KSYM_TO_LINKAGE 2u /* needs a kernel or a table, but for names that KSYM_KEEP_LINKAGE wrote */
#define KSYM_TO_HASHED 3u  /* readable names need a kernel or a table */

#define KSYM_KEEP_LINKAGE 1u /* the linkage name follows each name that changes, in braces */

typedef struct ksym_translator_options {
  size_t size;
  uint32_t form;
  uint32_t flags;
  ksym_kernel *kernel; /* may be closed afterwards, as may the table */
  ksym_table *table;
  uint64_t reserved[4];
} ksym_translator_options;

/* `options` may be NULL: to readable names. */
ksym_status ksym_translator_new(const ksym_translator_options *options, ksym_translator **translator);
/* Takes a piece of the text, of any size. */
ksym_status ksym_translator_feed(ksym_translator *translator, const void *data, size_t length,
                                 ksym_write_callback write, void *context);
/* Ends the text; the translator can then be used for another. */
ksym_status ksym_translator_finish(ksym_translator *translator, ksym_write_callback write, void *context);
void ksym_translator_free(ksym_translator *translator);

#ifdef __cplusplus
}
#endif

#endif
