#!/bin/sh
# Boots a Debian kernel of any architecture under qemu, and compares what ksym reads from its image with
# that boot's own /proc/kallsyms.
#
# usage: kallsyms.sh TREE OUT_DIR KSYM    (TREE: an unpacked package, as ~/.cache/ksym/kernels/arm64-6.12)
#
# OUT_DIR receives TREE's name with .booted and .image. Exit status: 0 equal, 1 not.
# Needs: qemu-system of the architecture, its cross compiler with a static C library (machine.sh), cpio, python3.
set -eu

[ $# -eq 3 ] || { echo "usage: kallsyms.sh TREE OUT_DIR KSYM" >&2; exit 2; }
tree=$1 out=$2 ksym=$3
here=$(cd "$(dirname "$0")" && pwd)
label=$(basename "$tree")
temporary=$(mktemp -d)
trap 'rm -rf "$temporary"' EXIT INT TERM
mkdir -p "$out" "$temporary/root"
kernel=$(find "$tree/boot" "$tree/usr/lib/modules" "$tree/lib/modules" \( -name 'vmlinu[xz]-*' -o -name vmlinuz \) \
  2>/dev/null | head -n 1)
set -- "$label"
. "$here/machine.sh"
options='quiet loglevel=1 nokaslr panic=-1 random.trust_cpu=on'
case $console in ttyS0) options="$options no_timer_check" ;; esac
$compiler -static -O2 -Wall -Wextra -o "$temporary/root/init" "$here/guest-kallsyms.c"
(cd "$temporary/root" && find . | cpio --quiet -o -H newc -R 0:0 >"$temporary/initramfs")
# shellcheck disable=SC2086
timeout "${ORACLE_TIMEOUT:-900}" qemu-system-$qemu -accel tcg -m "${ORACLE_MEMORY:-1024}" -display none \
  -serial "file:$temporary/log" -monitor none -no-reboot -nic none -kernel "$kernel" \
  -initrd "$temporary/initramfs" -append "console=$console $options" </dev/null || true
# Pages that kprobes has made are no symbols of an image.
tr -d '\r' <"$temporary/log" | sed -n '/@@BEGIN$/,/^@@END$/p' |
  sed -e '/@@/d' -e '/\[__builtin__/d' >"$out/$label.booted"
"$ksym" symbols --format kallsyms --as-kernel "$kernel" >"$out/$label.image"
# A kernel may move as a whole although it was asked not to, as on s390x: one offset for every symbol.
python3 - "$label" "$out/$label.booted" "$out/$label.image" <<'END'
import sys
label = sys.argv[1]
booted, image = ([line.rstrip(b"\n").split(b" ", 1) for line in open(path, "rb")] for path in sys.argv[2:])
words = f"{label}: {len(booted)} symbols in /proc/kallsyms, {len(image)} in the image"
if not booted or len(booted) != len(image): sys.exit(words)
offset = int(booted[0][0], 16) - int(image[0][0], 16)
for own, read in zip(booted, image):
    if own[1] != read[1] or int(own[0], 16) - int(read[0], 16) != offset:
        sys.exit(f"{words}; they differ: {b' '.join(own).decode()}, {b' '.join(read).decode()}")
print(f"{label}: all {len(booted)} symbols agree with /proc/kallsyms" + (f", moved by {offset:#x}" if offset else ""))
END
