/*
 * The least any reader of a compressed x86 kernel must do: read the file, find the payload by the
 * boot header, and decompress it with libzstd in one call.
 *
 *   payload VMLINUZ
 *
 * Prints the size of the payload to standard error.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

static void die(const char *why)
{
	fprintf(stderr, "payload: %s\n", why);
	exit(1);
}

static uint32_t word(const uint8_t *bytes)
{
	return bytes[0] | bytes[1] << 8 | bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

int main(int count, char **arguments)
{
	struct stat status;
	int file = count == 2 ? open(arguments[1], O_RDONLY) : -1;
	uint8_t *image, *kernel;
	size_t have = 0, start, length, size;

	if (file < 0 || fstat(file, &status) < 0 || status.st_size < 1024)
		die("usage: payload VMLINUZ");
	if (!(image = malloc((size_t)status.st_size)))
		die("no memory");
	while (have < (size_t)status.st_size) {
		ssize_t got = read(file, image + have, (size_t)status.st_size - have);

		if (got <= 0)
			die("short read");
		have += (size_t)got;
	}
	if (memcmp(image + 0x202, "HdrS", 4))
		die("no x86 boot image");
	start = (size_t)(image[0x1f1] ? image[0x1f1] + 1 : 5) * 512 + word(image + 0x248);
	length = word(image + 0x24c);
	if (length < 4 || start + length > have)
		die("bad header");
	/* The last word of the payload is the size of what it unpacks to. */
	size = word(image + start + length - 4);
	if (!(kernel = malloc(size)))
		die("no memory");
	size = ZSTD_decompress(kernel, size, image + start,
			       ZSTD_findFrameCompressedSize(image + start, length));
	if (ZSTD_isError(size))
		die(ZSTD_getErrorName(size));
	fprintf(stderr, "payload: %zu bytes, libzstd %s\n", size, ZSTD_versionString());
	return 0;
}
