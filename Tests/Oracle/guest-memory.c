// The guest half of memory.sh: runs as /init of a kernel, hands its /proc/kallsyms to the host through
// the debug console, and waits for its memory to be dumped. Loads qemu_fw_cfg first, through which the
// kernel tells the host where its VMCOREINFO is.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/io.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

enum { debugConsole = 0xe9 };

static void say(const char *text) {
  int console = open("/dev/console", O_WRONLY);
  if (console < 0) return;
  ssize_t ignored = write(console, text, strlen(text));
  (void)ignored;
  close(console);
}

int main(void) {
  static char buffer[1 << 16];
  mount("proc", "/proc", "proc", 0, "");
  mount("sys", "/sys", "sysfs", 0, "");
  mknod("/dev/console", S_IFCHR | 0600, makedev(5, 1));
  int module = open("/qemu_fw_cfg.ko", O_RDONLY | O_CLOEXEC);
  if (module < 0 || syscall(SYS_finit_module, module, "", 0) != 0) say("@@NOTE no qemu_fw_cfg\n");
  int list = open("/proc/kallsyms", O_RDONLY);
  if (list < 0 || iopl(3) != 0) {
    say("@@FAILED\n");
    for (;;) pause();
  }
  ssize_t count;
  while ((count = read(list, buffer, sizeof buffer)) > 0) outsb(debugConsole, buffer, count);
  say("@@READY\n");
  for (;;) pause();
}
