/*
 * The least any index of symbols must do: a hash table of names with open addressing, and a binary
 * search over the addresses. The keys are those of Benchmarks/Sources/symbol-index.
 *
 *   lookup LIST COUNT
 *
 * LIST is what ksym symbols --format kallsyms prints. Prints, separated by blanks: nanoseconds of
 * CPU for a name and for an address (least of several rounds), and a sum of what was found.
 */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS 5

struct slot { uint32_t hash, index; };

static uint64_t *addresses;
static const char **names;
static size_t count, mask;
static struct slot *slots;

static double nanoseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static uint64_t hash(const char *name, size_t length)
{
	uint64_t value = 0xcbf29ce484222325;

	for (size_t i = 0; i < length; i++)
		value = (value ^ (unsigned char)name[i]) * 0x100000001b3;
	return value ^ value >> 32;
}

static void read_list(const char *path)
{
	int file = open(path, O_RDONLY);
	struct stat status;
	char *text, *line;

	if (file < 0 || fstat(file, &status) || !(text = malloc((size_t)status.st_size + 1)) ||
	    read(file, text, (size_t)status.st_size) != status.st_size)
		exit(1);
	text[status.st_size] = 0;
	addresses = malloc((size_t)status.st_size / 20 * sizeof *addresses);
	names = malloc((size_t)status.st_size / 20 * sizeof *names);
	for (line = text; *line;) {
		char *end = strchr(line, '\n');

		if (!end)
			break;
		*end = 0;
		addresses[count] = strtoull(line, NULL, 16);
		names[count++] = strchr(line, ' ') + 3;
		line = end + 1;
	}
}

static void index_names(void)
{
	size_t size = 16;

	while (size < 2 * count)
		size *= 2;
	mask = size - 1;
	slots = calloc(size, sizeof *slots);
	for (size_t i = 0; i < count; i++) {
		uint64_t value = hash(names[i], strlen(names[i]));
		size_t place = value & mask;

		while (slots[place].index)
			place = (place + 1) & mask;
		slots[place] = (struct slot){ (uint32_t)(value >> 32), (uint32_t)i + 1 };
	}
}

static uint64_t find_name(const char *name, size_t length)
{
	uint64_t value = hash(name, length);

	for (size_t place = value & mask; slots[place].index; place = (place + 1) & mask) {
		size_t index = slots[place].index - 1;

		if (slots[place].hash == (uint32_t)(value >> 32) && !memcmp(names[index], name, length) &&
		    !names[index][length])
			return addresses[index];
	}
	return 0;
}

static uint64_t find_address(uint64_t address)
{
	size_t low = 0, high = count;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (addresses[middle] <= address)
			low = middle;
		else
			high = middle;
	}
	return addresses[low];
}

int main(int argc, char **arguments)
{
	size_t keys = argc == 3 ? strtoul(arguments[2], NULL, 10) : 0, room = 0;
	uint64_t random = 88172645463325252, sum = 0, *places;
	uint64_t first = 0, end = 0;
	uint32_t *starts;
	char *text;
	double names_best = 1e18, addresses_best = 1e18;

	if (!keys)
		return 1;
	read_list(arguments[1]);
	index_names();
	starts = malloc((keys + 1) * sizeof *starts);
	places = malloc(keys * sizeof *places);
	text = malloc(keys * 520);
	for (size_t i = 0; i < count; i++) {
		if (!strcmp(names[i], "_stext"))
			first = addresses[i];
		else if (!strcmp(names[i], "_end"))
			end = addresses[i];
	}
	for (size_t i = 0; i < keys;) {
		size_t index, length;

		random ^= random << 13;
		random ^= random >> 7;
		random ^= random << 17;
		index = random % count;
		/* The kernel answers for no other addresses. */
		if (addresses[index] < first || addresses[index] >= end)
			continue;
		length = strlen(names[index]);
		starts[i] = (uint32_t)room;
		memcpy(text + room, names[index], length + 1);
		room += length + 1;
		places[i++] = addresses[index] + (random >> 40 & 7);
	}
	starts[keys] = (uint32_t)room;
	for (int round = 0; round < ROUNDS; round++) {
		double start = nanoseconds(), middle, stop;

		sum = 0;
		for (size_t i = 0; i < keys; i++)
			sum += find_name(text + starts[i], starts[i + 1] - starts[i] - 1);
		middle = nanoseconds();
		for (size_t i = 0; i < keys; i++)
			sum += find_address(places[i]);
		stop = nanoseconds();
		if (middle - start < names_best)
			names_best = middle - start;
		if (stop - middle < addresses_best)
			addresses_best = stop - middle;
	}
	printf("%.1f %.1f %llx\n", names_best / (double)keys, addresses_best / (double)keys,
	       (unsigned long long)sum);
	return 0;
}
