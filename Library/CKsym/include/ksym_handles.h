/* For the implementation of ksym.h only. */
#ifndef KSYM_HANDLES_H
#define KSYM_HANDLES_H

#include <stddef.h>
#include <stdint.h>

/* A handle is a number that says where in a table its object is and which of those that were there: it is
 * never followed, so that any value is safe to give. */
#define KSYM_HANDLE_KERNEL 1u
#define KSYM_HANDLE_CHECKER 2u
#define KSYM_HANDLE_TABLE 3u
#define KSYM_HANDLE_TRANSLATOR 4u

/* Takes over an object; NULL if there are too many. */
void *ksym_handle_new(uint32_t kind, void *object, void (*destroy)(void *));
/* The object, which stays until ksym_handle_drop(); NULL if the handle is closed or was never one. */
void *ksym_handle_hold(uint32_t kind, const void *handle);
void ksym_handle_drop(const void *handle);
/* Forgets the handle; the object goes when nobody holds it. */
void ksym_handle_close(uint32_t kind, const void *handle);

/* Keeps the words of an error, cut to what fits, for this thread. */
void ksym_error_set(const char *text, size_t length);

#endif
