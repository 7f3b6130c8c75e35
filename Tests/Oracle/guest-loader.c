// The guest half of the oracle: runs as /init of a kernel, loads the modules of a plan one by one,
// and says on the console what the kernel said of each. Only uses the kernel's own interfaces.
//
// Plan: one row a line, tab-separated: id, module path, deps (paths, commas between), flags.
// Flags are finit_module's; 64 asks for init_module instead.
// Output, one line each: "@@BEGIN n", "@@ROW n id module result errno deps flags taint tainted log"
// (tab-separated after @@ROW), and at the end "@@DONE", or "@@REBOOT n" when a module stayed.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

enum { logLimit = 1 << 16, initModule = 64 };

static int console = 1;
static int kmsg = -1;
static char logText[logLimit];

static void say(const char *format, ...) {
  static char line[logLimit + 8192];
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  if (length >= (int)sizeof line) length = sizeof line - 1;
  for (int done = 0; done < length;) {
    ssize_t n = write(console, line + done, length - done);
    if (n <= 0) return;
    done += n;
  }
}

static void put(const char *path, const char *text) {
  int fd = open(path, O_WRONLY | O_TRUNC);
  if (fd < 0) return;
  ssize_t ignored = write(fd, text, strlen(text));
  (void)ignored;
  close(fd);
}

// The file's first bytes as a string, without its last newline.
static int get(const char *path, char *out, size_t room) {
  int fd = open(path, O_RDONLY);
  out[0] = 0;
  if (fd < 0) return -1;
  ssize_t n = read(fd, out, room - 1);
  close(fd);
  if (n < 0) n = 0;
  out[n] = 0;
  if (n > 0 && out[n - 1] == '\n') out[n - 1] = 0;
  return 0;
}

static char *whole(const char *path, size_t *size) {
  int fd = open(path, O_RDONLY);
  struct stat st;
  if (fd < 0 || fstat(fd, &st) < 0) {
    if (fd >= 0) close(fd);
    return NULL;
  }
  char *bytes = malloc(st.st_size + 1);
  size_t done = 0;
  while (bytes && done < (size_t)st.st_size) {
    ssize_t n = read(fd, bytes + done, st.st_size - done);
    if (n <= 0) break;
    done += n;
  }
  close(fd);
  if (bytes) bytes[done] = 0;
  *size = done;
  return bytes;
}

static const char *nameOf(int error) {
  const char *name = strerrorname_np(error);
  // The kernel's own ENOTSUPP, for which the C library has no name.
  return name ? name : error == 524 ? "ENOTSUPP" : "?";
}

// One kernel log record without its header; "\x0a" inside becomes the joint too. The dump of a
// warning, from its "cut here" to its "end trace", is left out.
static void appendRecord(const char *text, size_t *used) {
  static int inDump;
  if (strstr(text, "[ cut here ]")) inDump = 1;
  int skipped = inDump;
  if (strstr(text, "[ end trace ")) inDump = 0;
  if (skipped) return;
  if (*used) *used += snprintf(logText + *used, logLimit - *used, " \\n ");
  for (; *text && *text != '\n' && *used + 8 < logLimit; text++) {
    if (strncmp(text, "\\x0a", 4) == 0) {
      *used += snprintf(logText + *used, logLimit - *used, " \\n ");
      text += 3;
    } else {
      logText[(*used)++] = *text;
    }
  }
  logText[*used] = 0;
}

// The records since the last seek. A record without newline is only finished by the next one, so a
// mark of our own is written first, and reading stops there.
static void readLog(void) {
  static char record[16384];
  static const char mark[] = "oracle: end of row";
  size_t used = 0;
  logText[0] = 0;
  put("/dev/kmsg", "<7>oracle: end of row\n");
  for (;;) {
    ssize_t n = read(kmsg, record, sizeof record - 1);
    if (n < 0 && errno == EPIPE) continue;
    if (n <= 0) return;
    record[n] = 0;
    char *text = strchr(record, ';');
    if (!text) continue;
    text++;
    if (strncmp(text, mark, sizeof mark - 1) == 0) return;
    // On a busy machine the clock is measured late, and is said to be better meanwhile.
    if (strncmp(text, "clocksource: ", 13) == 0 || strncmp(text, "tsc: ", 5) == 0) continue;
    if (used + 256 < logLimit) appendRecord(text, &used);
  }
}

static long load(const char *path, int flags) {
  if (flags & initModule) {
    size_t size = 0;
    char *bytes = whole(path, &size);
    if (!bytes) return -ENOENT;
    long result = syscall(SYS_init_module, bytes, size, "");
    int error = errno;
    free(bytes);
    return result < 0 ? -error : 0;
  }
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return -errno;
  long result = syscall(SYS_finit_module, fd, "", flags);
  int error = errno;
  close(fd);
  return result < 0 ? -error : 0;
}

// The newest module's name: the kernel lists newest first. Returns the number of modules.
static int newestModule(char *name, size_t room) {
  size_t size = 0;
  static char list[65536];
  int fd = open("/proc/modules", O_RDONLY);
  name[0] = 0;
  if (fd < 0) return 0;
  for (ssize_t n; size < sizeof list - 1; size += n)
    if ((n = read(fd, list + size, sizeof list - 1 - size)) <= 0) break;
  close(fd);
  list[size] = 0;
  int lines = 0;
  for (char *p = list; (p = strchr(p, '\n')); p++) lines++;
  size_t length = strcspn(list, " \n");
  if (length < room) {
    memcpy(name, list, length);
    name[length] = 0;
  }
  return lines;
}

// Unloads everything, newest first. Returns how many modules stay.
static int unloadAll(void) {
  char name[256];
  for (int tries = 0; tries < 200; tries++) {
    int left = newestModule(name, sizeof name);
    if (left == 0) return 0;
    if (syscall(SYS_delete_module, name, O_NONBLOCK) == 0) continue;
    if (errno != EAGAIN && errno != EBUSY && errno != EWOULDBLOCK) return left;
    usleep(20000);
    if (tries > 100) return left;
  }
  return newestModule(name, sizeof name);
}

static void clearTrace(void) { put("/sys/kernel/tracing/trace", ""); }

// The loader is done with a module, and about to run its init, when this event is recorded.
static int wasAccepted(void) {
  static char trace[65536];
  int fd = open("/sys/kernel/tracing/trace", O_RDONLY);
  size_t size = 0;
  if (fd < 0) return 0;
  for (ssize_t n; size < sizeof trace - 1; size += n)
    if ((n = read(fd, trace + size, sizeof trace - 1 - size)) <= 0) break;
  close(fd);
  trace[size] = 0;
  return strstr(trace, " module_load: ") != NULL;
}

// Loads the row's deps in order; those that loaded are left in `loaded`, with commas between.
static void loadDeps(const char *deps, char *loaded, size_t room) {
  char copy[4096];
  snprintf(copy, sizeof copy, "%s", deps);
  loaded[0] = 0;
  for (char *save = NULL, *dep = strtok_r(copy, ",", &save); dep; dep = strtok_r(NULL, ",", &save)) {
    long result = load(dep, 0);
    if (result < 0) {
      say("@@NOTE dep %s: %s\n", dep, nameOf(-result));
      continue;
    }
    size_t used = strlen(loaded);
    snprintf(loaded + used, room - used, "%s%s", used ? "," : "", dep);
  }
}

static int runRow(int number, char *line) {
  char *field[4] = {line, "", "", "0"};
  for (int i = 1; i < 4; i++) {
    char *tab = strchr(field[i - 1], '\t');
    if (!tab) break;
    *tab = 0;
    field[i] = tab + 1;
  }
  char deps[4096], taint[64] = "", path[512], name[256], before[32];
  int flags = atoi(field[3]);
  say("@@BEGIN %d\n", number);
  loadDeps(field[2], deps, sizeof deps);
  put("/sys/kernel/debug/clear_warn_once", "1");
  clearTrace();
  get("/proc/sys/kernel/tainted", before, sizeof before);
  lseek(kmsg, 0, SEEK_END);
  long result = load(field[1], flags);
  readLog();
  const char *verdict = "loaded";
  if (result < 0) verdict = wasAccepted() ? "init-failed" : "refused";
  if (result == 0) {
    newestModule(name, sizeof name);
    snprintf(path, sizeof path, "/sys/module/%s/taint", name);
    get(path, taint, sizeof taint);
  }
  say("@@ROW\t%d\t%s\t%s\t%s\t%s\t%s\t%d\t%s\t%s\t%s\n", number, field[0], field[1], verdict,
      result < 0 ? nameOf(-result) : "", deps, flags, taint, before, logText);
  return unloadAll();
}

static void prepare(void) {
  mkdir("/proc", 0755);
  mkdir("/sys", 0755);
  mkdir("/dev", 0755);
  mount("proc", "/proc", "proc", 0, "");
  mount("sysfs", "/sys", "sysfs", 0, "");
  mount("devtmpfs", "/dev", "devtmpfs", 0, "");
  mount("debugfs", "/sys/kernel/debug", "debugfs", 0, "");
  mount("tracefs", "/sys/kernel/tracing", "tracefs", 0, "");
  mknod("/dev/kmsg", S_IFCHR | 0600, makedev(1, 11));
  mknod("/dev/console", S_IFCHR | 0600, makedev(5, 1));
  int fd = open("/dev/console", O_WRONLY | O_NOCTTY);
  if (fd >= 0) console = fd;
  kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK);
  put("/sys/kernel/tracing/events/module/module_load/enable", "1");
  put("/proc/sys/kernel/printk_devkmsg", "on");
}

static void finish(void) {
  sync();
  usleep(100000);
  reboot(RB_AUTOBOOT);
  for (;;) pause();
}

int main(void) {
  char line[4096];
  prepare();
  get("/proc/cmdline", line, sizeof line);
  char *start = strstr(line, "oracle.start=");
  int first = start ? atoi(start + strlen("oracle.start=")) : 0;
  FILE *plan = fopen("/plan", "r");
  if (!plan || kmsg < 0) {
    say("@@NOTE no plan or no kernel log\n");
    finish();
  }
  if (chdir("/oracle") < 0) say("@@NOTE no modules\n");
  for (int number = 0; fgets(line, sizeof line, plan); number++) {
    line[strcspn(line, "\n")] = 0;
    if (number < first || !line[0]) continue;
    if (runRow(number, line) > 0) {
      say("@@REBOOT %d\n", number + 1);
      finish();
    }
  }
  say("@@DONE\n");
  finish();
}
