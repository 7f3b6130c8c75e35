// Runs as /init of a kernel of any architecture and makes it print call traces: the registers and
// stacks of all processors (sysrq-l), then a panic from a timer of a module (softdog).
//
// Needs no C library: clang --target=… -ffreestanding -nostdlib -static.
#if defined(__aarch64__) || defined(__riscv)
enum { OPENAT = 56, WRITE = 64, MOUNT = 40, LOAD = 273, SLEEP = 101, MKDIRAT = 34 };
#elif defined(__x86_64__)
enum { OPENAT = 257, WRITE = 1, MOUNT = 165, LOAD = 313, SLEEP = 35, MKDIRAT = 258 };
#elif defined(__i386__)
enum { OPENAT = 295, WRITE = 4, MOUNT = 21, LOAD = 350, SLEEP = 162, MKDIRAT = 296 };
#elif defined(__arm__)
enum { OPENAT = 322, WRITE = 4, MOUNT = 21, LOAD = 379, SLEEP = 162, MKDIRAT = 323 };
#elif defined(__s390x__)
enum { OPENAT = 288, WRITE = 4, MOUNT = 21, LOAD = 344, SLEEP = 162, MKDIRAT = 289 };
#elif defined(__powerpc64__)
enum { OPENAT = 286, WRITE = 4, MOUNT = 21, LOAD = 353, SLEEP = 162, MKDIRAT = 287 };
#endif

static long call(long number, long a, long b, long c, long d, long e) {
#if defined(__aarch64__)
  register long n __asm__("x8") = number, r __asm__("x0") = a, y __asm__("x1") = b,
       z __asm__("x2") = c, u __asm__("x3") = d, v __asm__("x4") = e;
  __asm__ volatile("svc 0" : "+r"(r) : "r"(n), "r"(y), "r"(z), "r"(u), "r"(v) : "memory");
#elif defined(__riscv)
  register long n __asm__("a7") = number, r __asm__("a0") = a, y __asm__("a1") = b,
       z __asm__("a2") = c, u __asm__("a3") = d, v __asm__("a4") = e;
  __asm__ volatile("ecall" : "+r"(r) : "r"(n), "r"(y), "r"(z), "r"(u), "r"(v) : "memory");
#elif defined(__x86_64__)
  long r;
  register long u __asm__("r10") = d, v __asm__("r8") = e;
  __asm__ volatile("syscall" : "=a"(r) : "a"(number), "D"(a), "S"(b), "d"(c), "r"(u), "r"(v)
                   : "rcx", "r11", "memory");
#elif defined(__i386__)
  long r;
  __asm__ volatile("int $0x80" : "=a"(r) : "a"(number), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e)
                   : "memory");
#elif defined(__arm__)
  register long n __asm__("r7") = number, r __asm__("r0") = a, y __asm__("r1") = b,
       z __asm__("r2") = c, u __asm__("r3") = d, v __asm__("r4") = e;
  __asm__ volatile("svc 0" : "+r"(r) : "r"(n), "r"(y), "r"(z), "r"(u), "r"(v) : "memory");
#elif defined(__s390x__)
  register long n __asm__("r1") = number, r __asm__("r2") = a, y __asm__("r3") = b,
       z __asm__("r4") = c, u __asm__("r5") = d, v __asm__("r6") = e;
  __asm__ volatile("svc 0" : "+d"(r) : "d"(n), "d"(y), "d"(z), "d"(u), "d"(v) : "memory");
#elif defined(__powerpc64__)
  register long n __asm__("r0") = number, r __asm__("r3") = a, y __asm__("r4") = b,
       z __asm__("r5") = c, u __asm__("r6") = d, v __asm__("r7") = e;
  __asm__ volatile("sc" : "+r"(r), "+r"(n), "+r"(y), "+r"(z), "+r"(u), "+r"(v)
                   : : "r8", "r9", "r10", "r11", "r12", "ctr", "cr0", "memory");
#endif
  return r;
}

static long open_file(const char *path, int flags) {
  return call(OPENAT, -100, (long)path, flags, 0, 0);
}

static void wait_for(long seconds) {
  long time[2] = {seconds, 0};
  call(SLEEP, (long)time, 0, 0, 0, 0);
}

static void load(const char *path, const char *parameters) {
  call(LOAD, open_file(path, 0), (long)parameters, 0, 0, 0);
}

void _start(void) {
  call(MKDIRAT, -100, (long)"/proc", 0755, 0, 0);
  call(MKDIRAT, -100, (long)"/dev", 0755, 0, 0);
  call(MOUNT, (long)"proc", (long)"/proc", (long)"proc", 0, 0);
  call(MOUNT, (long)"dev", (long)"/dev", (long)"devtmpfs", 0, 0);
  load("/watchdog.ko", "");
  load("/softdog.ko", "soft_margin=1 soft_panic=1");
  long trigger = open_file("/proc/sysrq-trigger", 1);
  call(WRITE, trigger, (long)"l", 1, 0, 0);
  wait_for(1);
  // Armed by this; the panic follows a second later.
  open_file("/dev/watchdog", 1);
  for (;;) wait_for(60);
}
