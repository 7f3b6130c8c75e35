#!/bin/sh
# Boots a real kernel under qemu and records what its loader says of each row of a plan.
#
# usage: run.sh KERNEL_IMAGE MODULES_DIR PLAN OUT.tsv
#
# PLAN: id, module, deps (commas between), flags; tab-separated; paths relative to MODULES_DIR.
# OUT.tsv: id, module, result, errno, deps, flags, taint, log (see README.md). Beside it, OUT.tsv.tainted
# holds the kernel's taint mask before each row, as some messages show once per boot.
# Needs: qemu-system of the architecture, cpio, a compiler with a static C library (see machine.sh).
# ORACLE_MACHINE is the architecture (default amd64). ORACLE_APPEND adds to the kernel's command line, ORACLE_QEMU to qemu's (words), ORACLE_MEMORY is
# qemu's -m (default 1024).
set -eu

[ $# -eq 4 ] || { echo "usage: run.sh KERNEL_IMAGE MODULES_DIR PLAN OUT.tsv" >&2; exit 2; }
kernel=$1 modules=$2 plan=$3 out=$4
here=$(cd "$(dirname "$0")" && pwd)
set -- "${ORACLE_MACHINE:-amd64}"
. "$here/machine.sh"
temporary=$(mktemp -d)
trap 'rm -rf "$temporary"' EXIT INT TERM

root=$temporary/root
mkdir -p "$root/oracle" "$root/dev" "$root/proc" "$root/sys"
$compiler -static -O2 -Wall -Wextra -o "$root/init" "$here/guest-loader.c"
cp "$plan" "$root/plan"
# Only the files the plan names.
awk -F'\t' '{ print $2; n = split($3, d, ","); for (i = 1; i <= n; i++) print d[i] }' "$plan" |
  sort -u | sed '/^$/d' >"$temporary/files"
(cd "$modules" && cpio --quiet -pdm "$root/oracle" <"$temporary/files")
(cd "$root" && find . | cpio --quiet -o -H newc -R 0:0 >"$temporary/initramfs")

rows=$(grep -c . "$plan")
next=0
: >"$temporary/rows"
while [ "$next" -lt "$rows" ]; do
  log=$temporary/console
  # -cpu max lets every kernel boot; KASLR off keeps logs alike from run to run.
  # shellcheck disable=SC2086
  timeout "${ORACLE_TIMEOUT:-900}" qemu-system-$qemu ${ORACLE_QEMU:-} -accel "${ORACLE_ACCEL:-tcg}" \
    -m "${ORACLE_MEMORY:-1024}" -display none -serial "file:$log" -monitor none -no-reboot -nic none \
    -kernel "$kernel" -initrd "$temporary/initramfs" -append "console=$console no_timer_check quiet loglevel=1 nokaslr \
panic=-1 oops=panic nowatchdog random.trust_cpu=on ${ORACLE_APPEND:-} oracle.start=$next" </dev/null || true
  tr -d '\r' <"$log" >"$log.text"
  grep -a '^@@NOTE' "$log.text" >&2 || true
  grep -a '^@@ROW' "$log.text" | cut -f 2- >>"$temporary/rows" || true
  if grep -aq '^@@DONE' "$log.text"; then
    break
  elif again=$(sed -n 's/^@@REBOOT //p' "$log.text" | tail -n 1) && [ -n "$again" ]; then
    next=$again
  elif begun=$(sed -n 's/^@@BEGIN //p' "$log.text" | tail -n 1) && [ -n "$begun" ] &&
    ! cut -f 1 "$temporary/rows" | grep -qx "$begun"; then
    # The kernel died in this row: its console's first words are the log.
    said=$(sed -e "1,/^@@BEGIN $begun\$/d" "$log.text" | grep -av '^@@' | sed 's/^\[[^]]*\] //' |
      head -n 12 | tr '\t' ' ' | awk '{ printf "%s%s", (NR > 1 ? " \\n " : ""), $0 }')
    sed -n "$((begun + 1))p" "$plan" | awk -F'\t' -v n="$begun" -v said="$(printf %s "$said" | sed 's/\\/\\\\/g')" \
      '{ printf "%s\t%s\t%s\tcrashed\t\t%s\t%s\t\t\t%s\n", n, $1, $2, $3, $4, said }' >>"$temporary/rows"
    next=$((begun + 1))
  elif [ -n "$begun" ] && [ "$begun" -ge "$next" ]; then
    # It died of what the row before left behind.
    echo "run.sh: the kernel died after row $begun" >&2
    next=$((begun + 1))
  else
    echo "run.sh: the kernel did not get to the plan's row $next:" >&2
    tail -n 20 "$log.text" >&2
    exit 1
  fi
done

printf 'id\tmodule\tresult\terrno\tdeps\tflags\ttaint\tlog\n' >"$out"
sort -n -k 1,1 "$temporary/rows" | cut -f '2-8,10-' >>"$out"
sort -n -k 1,1 "$temporary/rows" | cut -f 2,9 >"$out.tainted"
cut -f 3 "$out" | sort | uniq -c | sort -rn >&2
