// The guest half of kallsyms.sh: runs as /init of a kernel of any architecture and copies its
// /proc/kallsyms to the console.
#include <fcntl.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <termios.h>
#include <unistd.h>

static void copy(int from, int to) {
  static char buffer[1 << 16];
  ssize_t count;
  while ((count = read(from, buffer, sizeof buffer)) > 0)
    for (ssize_t done = 0, more; done < count; done += more)
      if ((more = write(to, buffer + done, count - done)) <= 0) return;
}

int main(void) {
  mkdir("/proc", 0755);
  mkdir("/dev", 0755);
  mount("proc", "/proc", "proc", 0, "");
  mknod("/dev/console", S_IFCHR | 0600, makedev(5, 1));
  int console = open("/dev/console", O_WRONLY), list = open("/proc/kallsyms", O_RDONLY);
  if (console >= 0 && list >= 0) {
    dprintf(console, "@@BEGIN\n");
    copy(list, console);
    dprintf(console, "@@END\n");
    tcdrain(console);
  }
  reboot(RB_AUTOBOOT);
  for (;;) pause();
}
