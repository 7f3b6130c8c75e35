// Functions of the C library that Swift's Glibc module leaves out (GNU extensions, variadics).
#include <stddef.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/xattr.h>
#include <unistd.h>

void *memmem(const void *haystack, size_t haystack_length, const void *needle, size_t needle_length);

void *memrchr(const void *bytes, int byte, size_t length);

void *mremap(void *old_address, size_t old_size, size_t new_size, int flags, ...);

// mremap(2) with MREMAP_MAYMOVE (1).
static inline void *ksym_remap(void *old_address, size_t old_size, size_t new_size) {
  return mremap(old_address, old_size, new_size, 1);
}

int mallopt(int parameter, int value);

int pipe2(int ends[2], int flags);

// memfd_create(2) with MFD_CLOEXEC (1)
static inline int ksym_memory_file(const char *name) {
  return (int)syscall(SYS_memfd_create, name, 1);
}

// How many processors the calling thread may run on (sched_getaffinity(2)); 0 if that is not known.
static inline int ksym_processor_count(void) {
  unsigned long set[1024] = {0};
  int count = 0;
  if (syscall(SYS_sched_getaffinity, 0, sizeof set, set) < 0) return 0;
  for (size_t i = 0; i < sizeof set / sizeof *set; i++) count += __builtin_popcountl(set[i]);
  return count;
}

// fcntl(2)
static const int ksym_set_pipe_size = 1031; // F_SETPIPE_SZ

// The arguments of the process, as main has them; see start.c.
int ksym_argument_count(void);
const char *ksym_argument(int index);

// Extended attributes (xattr(7)), which Glibc's module has not.
static inline ssize_t ksym_listxattr(const char *path, void *list, size_t size) {
  return listxattr(path, (char *)list, size);
}

static inline ssize_t ksym_getxattr(const char *path, const char *name, void *value, size_t size) {
  return getxattr(path, name, value, size);
}

static inline int ksym_fsetxattr(int file, const char *name, const void *value, size_t size) {
  return fsetxattr(file, name, value, size, 0);
}

// renameat2(2) with RENAME_EXCHANGE (2): both paths, each absolute or of the current directory.
static inline int ksym_exchange(const char *path, const char *other) {
  return (int)syscall(SYS_renameat2, -100, path, -100, other, 2);
}
