#!/bin/sh
# Boots a real kernel under qemu and records which lines the files of tracefs take.
#
# usage: probes.sh KERNEL_IMAGE PLAN OUT.tsv
#
# PLAN: id, file below tracefs (kprobe_events, set_ftrace_filter), text; tab-separated.
# OUT.tsv: id, errno (0: taken).
set -eu

[ $# -eq 3 ] || { echo "usage: probes.sh KERNEL_IMAGE PLAN OUT.tsv" >&2; exit 2; }
kernel=$1 plan=$2 out=$3
here=$(cd "$(dirname "$0")" && pwd)
temporary=$(mktemp -d)
trap 'rm -rf "$temporary"' EXIT INT TERM

root=$temporary/root
mkdir -p "$root/dev" "$root/proc" "$root/sys"
gcc -static -O2 -Wall -Wextra -o "$root/init" "$here/guest-probes.c"
cp "$plan" "$root/plan"
mknod "$root/dev/console" c 5 1 2>/dev/null || true
(cd "$root" && find . | cpio --quiet -o -H newc -R 0:0 >"$temporary/initramfs")
timeout "${ORACLE_TIMEOUT:-900}" qemu-system-x86_64 -machine q35 -accel tcg -cpu max -m 768 \
  -display none -serial "file:$temporary/console" -monitor none -no-reboot -nic none \
  -kernel "$kernel" -initrd "$temporary/initramfs" \
  -append "console=ttyS0 no_timer_check quiet loglevel=1 nokaslr panic=-1 nowatchdog random.trust_cpu=on" \
  </dev/null || true
tr -d '\r' <"$temporary/console" >"$temporary/text"
grep -aq '^@@DONE' "$temporary/text" || {
  echo "probes.sh: the kernel did not get to the end of the plan:" >&2
  tail -n 20 "$temporary/text" >&2
  exit 1
}
sed -n 's/^@@ROW \([^ ]*\) \([0-9]*\)$/\1\t\2/p' "$temporary/text" >"$out"
