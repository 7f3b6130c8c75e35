/*
 * The least that a program does that changes modules: reads each file, and writes the same bytes
 * beside it, under a name of its own. With -x the files are xz: unpacked and packed again, with the
 * settings of the kernel's build.
 *
 *   rewrite [-x] LIST
 *
 * LIST has a path a line; the copies are called PATH.floor.
 */
#include <fcntl.h>
#include <lzma.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static unsigned char *input, *content, *packed;
static size_t room = 256 << 20;

static size_t unpack(size_t size)
{
	lzma_stream stream = LZMA_STREAM_INIT;
	size_t left;

	if (lzma_stream_decoder(&stream, UINT64_MAX, LZMA_CONCATENATED) != LZMA_OK)
		exit(1);
	stream.next_in = input;
	stream.avail_in = size;
	stream.next_out = content;
	stream.avail_out = room;
	if (lzma_code(&stream, LZMA_FINISH) != LZMA_STREAM_END)
		exit(1);
	left = stream.avail_out;
	lzma_end(&stream);
	return room - left;
}

static size_t pack(size_t size)
{
	static lzma_stream stream;
	lzma_options_lzma options;
	lzma_filter filters[] = { { LZMA_FILTER_LZMA2, &options }, { LZMA_VLI_UNKNOWN, NULL } };

	lzma_lzma_preset(&options, LZMA_PRESET_DEFAULT);
	options.dict_size = 1 << 20;
	if (lzma_stream_encoder(&stream, filters, LZMA_CHECK_CRC32) != LZMA_OK)
		exit(1);
	stream.next_in = content;
	stream.avail_in = size;
	stream.next_out = packed;
	stream.avail_out = room;
	if (lzma_code(&stream, LZMA_FINISH) != LZMA_STREAM_END)
		exit(1);
	return room - stream.avail_out;
}

static void write_all(const char *path, const unsigned char *bytes, size_t size)
{
	int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	ssize_t got;

	if (file < 0)
		exit(1);
	for (; size > 0; bytes += got, size -= (size_t)got) {
		got = write(file, bytes, size);
		if (got <= 0)
			exit(1);
	}
	close(file);
}

int main(int count, char **arguments)
{
	int is_packed = count == 3 && !strcmp(arguments[1], "-x");
	FILE *list = fopen(arguments[count - 1], "r");
	char line[4096], target[4200];

	input = malloc(room);
	content = malloc(room);
	packed = malloc(room);
	if (!list || !input || !content || !packed)
		return 1;
	while (fgets(line, sizeof(line), list)) {
		ssize_t size = 0, got;
		int file;

		line[strcspn(line, "\n")] = 0;
		file = open(line, O_RDONLY);
		if (file < 0)
			return 1;
		while ((got = read(file, input + size, room - (size_t)size)) > 0)
			size += got;
		close(file);
		snprintf(target, sizeof(target), "%s.floor", line);
		if (is_packed)
			write_all(target, packed, pack(unpack((size_t)size)));
		else
			write_all(target, input, (size_t)size);
	}
	return 0;
}
