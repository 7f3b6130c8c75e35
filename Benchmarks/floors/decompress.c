/*
 * The least any reader of .ko.xz files must do: read every file named in a list and decompress it
 * with liblzma, into one buffer that is used again.
 *
 *   decompress LIST        one path a line
 *
 * Prints the number of files and of bytes to standard error.
 */
#include <errno.h>
#include <fcntl.h>
#include <lzma.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static uint8_t *packed, *unpacked;
static size_t packed_capacity, unpacked_capacity = 16u << 20;

static void die(const char *path, const char *why)
{
	fprintf(stderr, "decompress: %s: %s\n", path, why);
	exit(1);
}

static void *grow(void *buffer, size_t size)
{
	buffer = realloc(buffer, size);
	if (!buffer)
		die("buffer", strerror(ENOMEM));
	return buffer;
}

static size_t read_file(const char *path)
{
	struct stat status;
	size_t have = 0;
	int file = open(path, O_RDONLY | O_CLOEXEC);

	if (file < 0 || fstat(file, &status) < 0)
		die(path, strerror(errno));
	if ((size_t)status.st_size > packed_capacity) {
		packed_capacity = (size_t)status.st_size;
		packed = grow(packed, packed_capacity);
	}
	while (have < (size_t)status.st_size) {
		ssize_t got = read(file, packed + have, (size_t)status.st_size - have);

		if (got <= 0)
			die(path, got ? strerror(errno) : "short read");
		have += (size_t)got;
	}
	close(file);
	return have;
}

static size_t unpack(const char *path, size_t size)
{
	for (;;) {
		uint64_t memory = UINT64_MAX;
		size_t in = 0, out = 0;
		lzma_ret result = lzma_stream_buffer_decode(&memory, 0, NULL, packed, &in, size,
							    unpacked, &out, unpacked_capacity);

		if (result == LZMA_OK)
			return out;
		if (result != LZMA_BUF_ERROR)
			die(path, "damaged");
		unpacked_capacity *= 2;
		unpacked = grow(unpacked, unpacked_capacity);
	}
}

int main(int count, char **arguments)
{
	FILE *list = count == 2 ? fopen(arguments[1], "r") : NULL;
	char *path = NULL;
	size_t room = 0, files = 0, bytes = 0;
	ssize_t length;

	if (!list)
		die("usage", "decompress LIST");
	unpacked = grow(NULL, unpacked_capacity);
	while ((length = getline(&path, &room, list)) > 0) {
		if (path[length - 1] == '\n')
			path[length - 1] = 0;
		bytes += unpack(path, read_file(path));
		files++;
	}
	fprintf(stderr, "decompress: %zu files, %zu bytes, liblzma %s\n", files, bytes,
		lzma_version_string());
	return 0;
}
