// What has to be done before the runtime of Swift starts.
#include "shim.h"
#include <stdlib.h>

static int count;
static char **arguments;

// The C library passes the arguments to constructors too. Swift's own CommandLine reads
// /proc/self/cmdline, and has none where that cannot be opened.
__attribute__((constructor(101))) static void start(int argc, char **argv) {
  count = argc;
  arguments = argv;
  // Where /proc is not mounted, Swift's runtime does not find out where it is, and aborts.
  if (access("/proc/self/exe", F_OK) != 0) setenv("SWIFT_ROOT", "/", 0);
}

int ksym_argument_count(void) { return count; }

const char *ksym_argument(int index) {
  return index < 0 || index >= count ? NULL : arguments[index];
}
