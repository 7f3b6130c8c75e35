/*
 * ksym_names.h: what kernel symbols are called, for programs that want no more than that. libksym-names has
 * the rules of libksym, needs libc only, and has no state: all threads may call it. Nothing is read or
 * followed beyond what is given; any bytes are a name.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef KSYM_NAMES_H
#define KSYM_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version of this interface, 1. */
uint32_t ksymn_abi(void);

#define KSYMN_SHOW_HASHES 1u

/* A mangled name of Rust (v0 or the older one) as a programmer writes it. Gives its length, as snprintf does:
 * what does not fit is cut. -1 if the name is not mangled, -2 for wrong arguments. */
ptrdiff_t ksymn_demangle(const char *name, size_t length, uint32_t flags, char *buffer, size_t size);

/* Where in a linkage name the source name is: without what compilers put before it and append (`__pfx_`,
 * `.isra.0`, `.llvm.123`). Gives its length; `start` may be NULL. */
size_t ksymn_source_name(const char *name, size_t length, size_t *start);

/* What compilers append. */
typedef int32_t ksymn_suffix_kind;
#define KSYMN_NO_SUFFIX 0
#define KSYMN_LLVM 1          /* .llvm.HASH: a local made global by ThinLTO */
#define KSYMN_UNIQUE 2        /* .__uniq.DIGITS */
#define KSYMN_LTO_PRIVATE 3   /* .lto_priv.N */
#define KSYMN_ISRA 4          /* .isra.N */
#define KSYMN_CONSTPROP 5     /* .constprop.N */
#define KSYMN_PART 6          /* .part.N */
#define KSYMN_SPECIALIZED 7   /* .specialized.N */
#define KSYMN_ARGPROM 8       /* .argprom */
#define KSYMN_COLD 9          /* .cold, .cold.N */
#define KSYMN_UNLIKELY 10     /* .unlikely */
#define KSYMN_KCFI 11         /* .kcfi */
#define KSYMN_CFI 12          /* .cfi */
#define KSYMN_CFI_JT 13       /* .cfi_jt */
#define KSYMN_CFI_HASH 14     /* $ and 32 digits */
#define KSYMN_LOCAL_ALIAS 15  /* .localalias */
#define KSYMN_NUMBER 16       /* .N */

/* The suffix with a number, counted from 0 at the source name; where it begins and ends in the name. `start`
 * and `end` may be NULL. */
ksymn_suffix_kind ksymn_suffix(const char *name, size_t length, size_t number, size_t *start, size_t *end);

/* The longest name that an interface takes, in bytes without the NUL; what becomes of a longer one: "refused",
 * "omitted" or "truncated". */
typedef bool (*ksymn_limit_callback)(const char *interface, size_t maximum, const char *excess, void *context);

/* Gives the limits of a kernel to a callback until it returns false. `release` is as `uname -r` prints it, or
 * NULL for the newest; `word_bits` 32 or 64. False if it is no release. */
bool ksymn_limits(const char *release, uint32_t word_bits, ksymn_limit_callback each, void *context);

#ifdef __cplusplus
}
#endif

#endif
