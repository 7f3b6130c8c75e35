#!/bin/sh
# Makes Tests/Fixtures/Streams: one text in every compression format, by the usual tools.
# Needs gzip, xz, zstd, bzip2, lz4, lzop.
set -eu
cd "$(dirname "$0")/../Streams"
rm -f ./*
scratch=$(mktemp -d)
trap 'rm -r "$scratch"' EXIT

# lzop records the time of its input.
lzopped() {
  cat > "$scratch/text"
  touch -d @1000000000 "$scratch/text"
  TZ=UTC lzop -9 -c "$@" "$scratch/text"
}

# The text that the tests make too: the numbers from 1 to 700, one a line.
text() { seq 1 700; }
half() { seq 1 350; }
other_half() { seq 351 700; }

text | gzip -9n > text.gz
{ half | gzip -9n; other_half | gzip -9n; } > members.gz
text | xz -9 --check=crc32 > text.xz
{ half | xz -9; other_half | xz -9; } > members.xz
text | xz --format=lzma -9 > text.lzma
text | zstd -q -19 > text.zst
{ half | zstd -q -19; other_half | zstd -q -19; } > members.zst
text | bzip2 -9 > text.bz2
{ half | bzip2 -9; other_half | bzip2 -9; } > members.bz2
text | lz4 -q -l -9 > legacy.lz4
text | lz4 -q -9 > text.lz4
{ half | lz4 -q -9; other_half | lz4 -q -9; } > members.lz4
text | lzopped -F > unchecked.lzo
text | lzopped > text.lzo
head -c 4194304 /dev/zero | gzip -9n > bomb.gz
head -c 4194304 /dev/zero | xz -9 > bomb.xz
head -c 4194304 /dev/zero | xz --format=lzma -9 > bomb.lzma
head -c 4194304 /dev/zero | zstd -q -19 > bomb.zst
head -c 4194304 /dev/zero | bzip2 -9 > bomb.bz2
head -c 4194304 /dev/zero | lz4 -q -9 > bomb.lz4
head -c 4194304 /dev/zero | lz4 -q -l -9 > legacybomb.lz4
head -c 4194304 /dev/zero | lzopped > bomb.lzo

# What ends like a kernel: a banner and a vermagic among other bytes.
kernel() {
  printf 'Linux version %%s\n\0Linux version 6.1.0-ksym (builder@host) (gcc-12 (Debian 12.2.0-14) '
  printf '12.2.0, GNU ld (GNU Binutils) 2.40) #1 SMP PREEMPT_DYNAMIC Debian 6.1.1-1 (2023-01-07)\n\0'
  printf '6.1.0-ksym SMP preempt mod_unload modversions \0'
  seq 1 200
}
kernel > kernel.raw
kernel | gzip -9n > kernel.gz
kernel | xz -9 --check=crc32 > kernel.xz
kernel | xz --format=lzma -9 > kernel.lzma
kernel | zstd -q -19 > kernel.zst
kernel | bzip2 -9 > kernel.bz2
kernel | lz4 -q -l -9 > kernel.lz4
kernel | lzopped > kernel.lzo

printf 'CONFIG_MODULES=y\nCONFIG_LOCALVERSION="-ksym"\n# CONFIG_SMP is not set\n' |
  gzip -9n > config.gz

{
  echo "Made by Tests/Fixtures/make/streams.sh with:"
  gzip --version | head -1
  xz --version | head -1
  zstd --version | head -1
  bzip2 --version 2>&1 < /dev/null | head -1 || true
  lz4 --version
  lzop --version | head -1
} > README.md
