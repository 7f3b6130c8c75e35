#!/bin/sh
# Makes ../kernels/rust-ext from an unpacked folder of a real kernel: its image, its configuration,
# what it said of its modules, and the modules themselves.
#
# usage: kernels.sh FOLDER
#
# FOLDER holds bzImage, config, modules/, variants/ and verdicts.tsv (see ../kernels/rust-ext/README.md).
# Needs: tar, gzip, xz, zstd.
set -eu

[ $# -eq 1 ] || { echo "usage: kernels.sh FOLDER" >&2; exit 2; }
from=$1
here=$(cd "$(dirname "$0")" && pwd)
to=$here/../kernels/rust-ext
mkdir -p "$to/modules" "$to/variants"

cp "$from/bzImage" "$from/config" "$from/verdicts.tsv" "$to/"
# As files: what the demonstration and the tests of the command name.
for name in crc16 rust_minimal rust_print rnull_mod corpus_exp corpus_imp corpus_min corpus_rust; do
  cp "$from/modules/$name.ko" "$to/modules/"
done
for name in min-ext-crcwrong imp-ns-none; do
  cp "$from/variants/$name.ko" "$to/variants/"
done
chmod 644 "$to"/bzImage "$to"/config "$to"/verdicts.tsv "$to"/*/*.ko
mkdir -p "$to/compressed"
gzip -9nc "$to/modules/crc16.ko" >"$to/compressed/crc16.ko.gz"
xz -9c --check=crc32 "$to/modules/crc16.ko" >"$to/compressed/crc16.ko.xz"
zstd -19qc "$to/modules/crc16.ko" >"$to/compressed/crc16.ko.zst"
# In one archive: every module that a row of verdicts.tsv names.
cd "$from"
cut -f 2,5 verdicts.tsv | tail -n +2 | tr '\t,' '\n\n' | sed '/^$/d' | sort -u |
  tar --owner=0 --group=0 --numeric-owner --mtime=@0 --mode=644 --format=ustar -c -T - |
  xz -9e --check=crc32 >"$to/modules.tar.xz"
