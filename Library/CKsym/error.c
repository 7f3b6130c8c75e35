#include "ksym.h"
#include "ksym_handles.h"

#include <string.h>

static _Thread_local char text[1024];

void ksym_error_set(const char *words, size_t length) {
  if (length >= sizeof text) length = sizeof text - 1;
  if (length > 0) memcpy(text, words, length);
  text[length] = 0;
}

const char *ksym_error(void) { return text; }

/* The build gives the version of the command. */
#ifndef KSYM_VERSION
#define KSYM_VERSION "0"
#endif

const char *ksym_version(void) { return KSYM_VERSION; }
