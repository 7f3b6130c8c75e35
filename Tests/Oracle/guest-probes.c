// Runs as /init of a kernel: writes the lines of a plan to files of tracefs, one by one, and says on
// the console what the kernel made of each. Only uses the kernel's own interfaces.
//
// Plan: one row a line, tab-separated: id, file below tracefs, text. The file is emptied before.
// Output: "@@ROW id errno" for each, and at the end "@@DONE".
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <unistd.h>

static int ask(const char *file, const char *text) {
  char path[256];
  snprintf(path, sizeof path, "/sys/kernel/tracing/%s", file);
  int fd = open(path, O_WRONLY | O_TRUNC);
  if (fd < 0) return errno;
  ssize_t written = write(fd, text, strlen(text));
  int result = written < 0 ? errno : 0;
  // A filter is applied when the file is closed.
  if (close(fd) < 0 && result == 0) result = errno;
  return result;
}

int main(void) {
  static char line[8192];
  mount("proc", "/proc", "proc", 0, "");
  mount("sysfs", "/sys", "sysfs", 0, "");
  if (mount("tracefs", "/sys/kernel/tracing", "tracefs", 0, "") < 0) {
    // Kernels without events of their own mount it below debugfs only.
    mount("debugfs", "/sys/kernel/debug", "debugfs", 0, "");
  }
  FILE *plan = fopen("/plan", "r");
  while (plan && fgets(line, sizeof line, plan)) {
    line[strcspn(line, "\n")] = 0;
    char *file = strchr(line, '\t');
    char *text = file ? strchr(file + 1, '\t') : NULL;
    if (!text) continue;
    *file++ = 0;
    *text++ = 0;
    size_t length = strlen(text);
    text[length] = '\n';
    text[length + 1] = 0;
    printf("@@ROW %s %d\n", line, ask(file, text));
    fflush(stdout);
  }
  printf("@@DONE\n");
  fflush(stdout);
  sync();
  reboot(RB_AUTOBOOT);
  return 0;
}
