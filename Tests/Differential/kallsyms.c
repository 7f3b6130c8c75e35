/*
 * Compares ksym kallsyms encode with the kernel's own scripts/kallsyms on lists of symbols made from
 * a seed: standard output, standard error and exit status have to be the same.
 *
 *   kallsyms KSYM TOOL RELEASE COUNT SEED DIRECTORY
 *
 * DIRECTORY receives the lists that make a difference. Exit status: 0 no difference, 1 differences.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* ---- a list from a seed ---- */

static uint64_t state;

static uint64_t any(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state * 2685821657736338717ull >> 11;
}

static unsigned below(unsigned limit) { return (unsigned)(any() % limit); }
static int percent(unsigned chance) { return below(100) < chance; }

/* Whether a list has addresses far below the others, and numbers in odd forms. */
static int has_strays;

static char *text;
static size_t length, room;

static void put(char byte)
{
	if (length == room && !(text = realloc(text, room = room ? 2 * room : 1 << 16)))
		exit(2);
	text[length++] = byte;
}

static void puts_(const char *string) { while (*string) put(*string++); }

/* What a whole list is about. */
enum kind { MIXED, EQUAL, PAIRS, BYTES, LONG, RANGES, PERCPU, FAR, REAL, MALFORMED, KINDS };

static const char *const kind_names[] = {
	"mixed", "equal addresses", "two letters", "all bytes", "long names", "ranges", "per-CPU", "far apart",
	"like a kernel", "malformed",
};

static const char *const special[] = {
	"_text", "_stext", "_etext", "_sinittext", "_einittext", "__per_cpu_start", "__per_cpu_end", "__start_x",
	"__stop_y", "__a_end", "__b_start", "___b", "__end_c", "__start", "____end", "_end", "foo", "foo.llvm.1",
	"foo.cold", "bar$x", "__gp", "__kernel_sigtramp", "__kernel_syscall_via_epc", "a\"b", "a\\b", "a*/b", ".",
};

static const char *const words[] = {
	"vfs", "read", "write", "init", "exit", "ext4", "tcp", "udp", "get", "put", "alloc", "free", "lock", "irq",
	"__", "_", ".", "x86", "do", "sys", "page", "cpu", "dev", "str", "list", "kernel", "_RNv", "llvm", "isra",
	"0", "1", "17h", "constprop", "part", "cold", "__pfx_", "__ksymtab_", "trace_event_", "perf_trace_",
};

#define ANY(array) ((array)[below(sizeof(array) / sizeof *(array))])

static void letters(const char *alphabet, unsigned count)
{
	unsigned size = (unsigned)strlen(alphabet);

	while (count--)
		put(alphabet[below(size)]);
}

static void bytes(unsigned count)
{
	while (count--) {
		char byte = (char)(1 + below(255));

		put(byte == '\n' ? 'n' : byte);
	}
}

static void long_name(void)
{
	static const unsigned sizes[] = { 120, 126, 127, 128, 129, 200, 255, 256, 509, 510, 511, 512, 513, 700 };
	unsigned size = ANY(sizes);

	if (percent(40))
		bytes(size);
	else
		letters(percent(50) ? "x" : "abcdefghijklmnopqrstuvwxyzABCDEFGHIJ0123456789_.$", size);
}

static void real_name(void)
{
	for (unsigned count = 1 + below(6); count--;) {
		puts_(ANY(words));
		if (percent(50))
			put('_');
	}
	if (percent(5)) {
		puts_(".llvm.");
		letters("0123456789", 19);
	}
}

static void name(enum kind kind)
{
	if (percent(kind == RANGES || kind == PERCPU ? 30 : 12)) {
		puts_(ANY(special));
		return;
	}
	switch (kind) {
	case PAIRS: letters(percent(30) ? "a" : "ab", below(60)); return;
	case BYTES: bytes(below(40)); return;
	case LONG:
		if (percent(40)) {
			long_name();
			return;
		}
		break;
	case REAL: real_name(); return;
	default: break;
	}
	switch (below(12)) {
	case 0: return;
	case 1: puts_(ANY(special)); letters("_.a1", below(5)); return;
	case 2: puts_("a b\tc"); return;
	case 3: letters("a", 1 + below(40)); return;
	case 4: letters("_", 1 + below(10)); puts_(ANY(words)); return;
	case 5: puts_("__"); real_name(); puts_(percent(50) ? "_start" : "_end"); return;
	case 6: bytes(1 + below(20)); return;
	case 7: if (percent(5)) long_name(); /* fall through */
	default: letters("abcdefgh_._0123", 1 + below(30)); return;
	}
}

static void address(enum kind kind)
{
	static const uint64_t base = 0xffffffff81000000;
	uint64_t value = base + 16 * below(4096);
	char number[40];

	switch (kind) {
	case EQUAL: value = base + 16 * below(4); break;
	case RANGES: value = base + 16 * below(64); break;
	case PERCPU: value = percent(40) ? 8 * below(512) : base + 16 * below(512); break;
	case FAR:
		value = percent(70) ? base + below(0xffffffff) : percent(50) ? any() << 11 | below(2048)
			: base + 0x7ffffff0 + below(32) - (percent(50) ? 0xffffffffull : 0);
		break;
	default:
		if (has_strays && percent(3))
			value = below(1 << 16);
	}
	if (!has_strays || percent(97)) {
		sprintf(number, "%016llx", (unsigned long long)value);
	} else {
		static const char *const forms[] = { "%llx", "0x%llx", "-%llx", "+%llx", " %llx", "\t0X%llX", "f%016llx", "0%020llx" };

		sprintf(number, ANY(forms), (unsigned long long)(percent(50) ? value : below(1 << 20)));
	}
	puts_(number);
}

static void line(enum kind kind)
{
	static const char *const wrong[] = {
		"zzz T foo", "", "1000 T", "1000 T ", "  12 T x", " T x", "+5 T y", "0x T z", "1000  T x", "\t7 T q", "1000 \xc3 x",
		"1000\tT x", "0xg T x", "- T x", "1000 T\tx", "1000", "1000 ", "12 T  x",
	};

	if (kind == MALFORMED && percent(2)) {
		puts_(ANY(wrong));
		return;
	}
	address(kind);
	put(' ');
	put("TtTtTtDdBbRrWwVvAanuUN?i-"[below(25)]);
	put(' ');
	name(kind);
	if (percent(1) && percent(30))
		put('\r');
	if (kind == MALFORMED && percent(1)) {
		put(0);
		puts_("abc");
	}
}

static enum kind make_list(uint64_t seed)
{
	static const unsigned sizes[] = { 0, 1, 2, 3, 5, 10, 20, 60, 120, 255, 256, 257, 300, 511, 512, 513, 600 };
	enum kind kind;
	unsigned count;

	state = seed * 0x9e3779b97f4a7c15ull + 1;
	for (int i = 0; i < 8; i++)
		any();
	kind = below(KINDS);
	has_strays = percent(25);
	count = ANY(sizes);
	length = 0;
	for (unsigned i = 0; i < count; i++) {
		line(kind);
		if (i + 1 < count || percent(80))
			put('\n');
	}
	return kind;
}

/* ---- both programs ---- */

struct outcome {
	char *output, *errors;
	size_t output_size, errors_size;
	int status;
};

static char *contents(const char *path, size_t *size)
{
	struct stat status;
	int file = open(path, O_RDONLY);
	char *data;

	if (file < 0 || fstat(file, &status) || !(data = malloc((size_t)status.st_size + 1)))
		exit(2);
	*size = 0;
	while (*size < (size_t)status.st_size) {
		ssize_t got = read(file, data + *size, (size_t)status.st_size - *size);

		if (got <= 0)
			exit(2);
		*size += (size_t)got;
	}
	close(file);
	return data;
}

static struct outcome run(char **arguments, const char *output, const char *errors)
{
	struct outcome outcome;
	posix_spawn_file_actions_t actions;
	pid_t child;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	posix_spawn_file_actions_addopen(&actions, 2, errors, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (posix_spawn(&child, arguments[0], &actions, NULL, arguments, environ)) {
		fprintf(stderr, "kallsyms: cannot run %s\n", arguments[0]);
		exit(2);
	}
	posix_spawn_file_actions_destroy(&actions);
	while (waitpid(child, &outcome.status, 0) < 0)
		;
	outcome.output = contents(output, &outcome.output_size);
	outcome.errors = contents(errors, &outcome.errors_size);
	return outcome;
}

static int same(const struct outcome *a, const struct outcome *b)
{
	return a->status == b->status && a->output_size == b->output_size && a->errors_size == b->errors_size &&
		!memcmp(a->output, b->output, a->output_size) && !memcmp(a->errors, b->errors, a->errors_size);
}

static void write_list(const char *path)
{
	FILE *file = fopen(path, "w");

	if (!file || fwrite(text, 1, length, file) != length || fclose(file))
		exit(2);
}

int main(int count, char **arguments)
{
	char work[] = "/tmp/ksym-differential-XXXXXX", map[64], output[64], errors[64], kept[4096];
	unsigned long maps, seed, of_kind[KINDS] = { 0 }, refused = 0;
	int differences = 0;

	if (count != 7 || !mkdtemp(work)) {
		fprintf(stderr, "usage: kallsyms KSYM TOOL RELEASE COUNT SEED DIRECTORY\n");
		return 2;
	}
	maps = strtoul(arguments[4], NULL, 10);
	seed = strtoul(arguments[5], NULL, 10);
	sprintf(map, "%s/map", work);
	sprintf(output, "%s/out", work);
	sprintf(errors, "%s/err", work);
	for (unsigned long i = 0; i < maps && differences < 10; i++) {
		enum kind kind = make_list(seed + i);
		int is_old = arguments[3][0] == '6';
		char *ours[12] = { arguments[1], "kallsyms", "encode", "--release", arguments[3] };
		char *theirs[8] = { arguments[2] };
		int own = 5, other = 1;

		of_kind[kind]++;
		write_list(map);
		if (percent(60))
			ours[own++] = theirs[other++] = "--all-symbols";
		if (percent(60))
			ours[own++] = theirs[other++] = is_old ? "--absolute-percpu" : "--pc-relative";
		ours[own++] = theirs[other++] = map;

		struct outcome mine = run(ours, output, errors), real = run(theirs, output, errors);

		refused += real.status != 0;
		if (!same(&mine, &real)) {
			differences++;
			snprintf(kept, sizeof kept, "%s/%s-%lu.map", arguments[6], arguments[3], seed + i);
			write_list(kept);
			printf("DIFFERENCE (status %x, %x):", mine.status, real.status);
			for (int k = 1; k < own - 1; k++)
				printf(" %s", ours[k]);
			printf(" %s\n", kept);
		}
		free(mine.output);
		free(mine.errors);
		free(real.output);
		free(real.errors);
	}
	unlink(map);
	unlink(output);
	unlink(errors);
	rmdir(work);
	printf("%s: %lu lists from seed %lu, %lu of them refused by both; %d differences (", arguments[3], maps, seed,
	       refused, differences);
	for (int kind = 0; kind < KINDS; kind++)
		printf("%s%s %lu", kind ? ", " : "", kind_names[kind], of_kind[kind]);
	printf(")\n");
	return differences > 0;
}
