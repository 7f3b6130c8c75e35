/*
 * The least any reader of uncompressed modules must do: map every file named in a list, find
 * __versions through the section headers, and print its records. It trusts the files: no bounds
 * are checked, nothing but little-endian ELF64 is read.
 *
 *   versions LIST          one path a line; prints "0xCRC<TAB>NAME" lines
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define RECORD 64

static char output[1 << 20];

static size_t print_versions(const char *path)
{
	struct stat status;
	size_t records = 0;
	int file = open(path, O_RDONLY | O_CLOEXEC);

	if (file < 0 || fstat(file, &status) < 0) {
		fprintf(stderr, "versions: %s: %s\n", path, strerror(errno));
		exit(1);
	}

	const unsigned char *bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, file, 0);

	close(file);
	if (bytes == MAP_FAILED)
		exit(1);

	const Elf64_Ehdr *header = (const void *)bytes;
	const Elf64_Shdr *sections = (const void *)(bytes + header->e_shoff);
	const char *names = (const char *)bytes + sections[header->e_shstrndx].sh_offset;

	for (int i = 0; i < header->e_shnum; i++) {
		if (strcmp(names + sections[i].sh_name, "__versions"))
			continue;
		for (size_t at = 0; at < sections[i].sh_size; at += RECORD, records++) {
			const unsigned char *record = bytes + sections[i].sh_offset + at;
			uint32_t crc;

			memcpy(&crc, record, sizeof crc);
			printf("0x%08x\t%s\n", crc, record + 8);
		}
		break;
	}
	munmap((void *)bytes, (size_t)status.st_size);
	return records;
}

int main(int count, char **arguments)
{
	FILE *list = count == 2 ? fopen(arguments[1], "r") : NULL;
	char *path = NULL;
	size_t room = 0, files = 0, records = 0;
	ssize_t length;

	if (!list) {
		fprintf(stderr, "usage: versions LIST\n");
		return 1;
	}
	setvbuf(stdout, output, _IOFBF, sizeof output);
	while ((length = getline(&path, &room, list)) > 0) {
		if (path[length - 1] == '\n')
			path[length - 1] = 0;
		records += print_versions(path);
		files++;
	}
	if (fflush(stdout))
		return 1;
	fprintf(stderr, "versions: %zu files, %zu records\n", files, records);
	return 0;
}
