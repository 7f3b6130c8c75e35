#!/bin/sh
# Boots a Debian kernel of any architecture under qemu, and prints the call traces it writes.
#
# usage: traces.sh TREE        (TREE: an unpacked package of a kernel, as ~/.cache/ksym/kernels/arm64-6.12)
#
# Needs: qemu-system for the architecture, clang and lld (as the Swift toolchain has them), cpio, xz.
# TRACES_TIMEOUT bounds the boot in seconds (default 180).
set -eu

[ $# -eq 1 ] || { echo "usage: traces.sh TREE" >&2; exit 2; }
tree=$1
here=$(cd "$(dirname "$0")" && pwd)
temporary=$(mktemp -d)
trap 'rm -rf "$temporary"' EXIT INT TERM
kernel=$(find "$tree/boot" "$tree/usr/lib/modules" "$tree/lib/modules" \( -name 'vmlinu[xz]-*' -o -name vmlinuz \) \
  2>/dev/null | head -n 1)
options='loglevel=8 panic=-1 sysrq_always_enabled'
set -- "$(basename "$tree")"
. "$here/machine.sh"
case $console in ttyS0) options="$options no_timer_check" ;; esac

root=$temporary/root
mkdir -p "$root"
clang --target=$target-linux-gnu -O1 -ffreestanding -fno-stack-protector -nostdlib -static \
  -fuse-ld=lld -Wno-unknown-warning-option -o "$root/init" "$here/guest-traces.c"
for name in watchdog softdog; do
  file=$(find "$tree" -path '*/kernel/*' -name "$name.ko*" | head -n 1)
  case $file in
  *.xz) xz -dc "$file" >"$root/$name.ko" ;;
  ?*) cp "$file" "$root/$name.ko" ;;
  esac
done
(cd "$root" && find . | cpio --quiet -o -H newc -R 0:0 >"$temporary/initramfs")
# shellcheck disable=SC2086
timeout "${TRACES_TIMEOUT:-180}" qemu-system-$qemu -accel tcg -smp 2 -m 1024 -display none \
  -serial "file:$temporary/log" -monitor none -no-reboot -nic none -kernel "$kernel" \
  -initrd "$temporary/initramfs" -append "console=$console $options" </dev/null >&2 || true
tr -d '\r' <"$temporary/log"
