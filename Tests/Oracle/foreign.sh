#!/bin/sh
# Asks one kernel about modules of other kernels, as they are and with each way to force them.
#
# usage: foreign.sh KERNEL_IMAGE OUT_DIR OTHER_DIR...     (OTHER_DIR: made by debian.sh or corpus.sh)
#
# Leaves OUT_DIR/foreign/<name of OTHER_DIR>/*.ko, OUT_DIR/foreign.plan and OUT_DIR-foreign.tsv.
set -eu

[ $# -ge 3 ] || { echo "usage: foreign.sh KERNEL_IMAGE OUT_DIR OTHER_DIR..." >&2; exit 2; }
kernel=$1 out=$2
shift 2
here=$(cd "$(dirname "$0")" && pwd)
plan=$out/foreign.plan
: >"$plan"
for other in "$@"; do
  label=$(basename "$other")
  [ "$label" != "$(basename "$out")" ] || continue
  mkdir -p "$out/foreign/$label"
  for name in ts_kmp crc16 dummy usb-common corpus_min corpus_exp; do
    file=$other/modules/$name.ko
    [ -e "$file" ] || continue
    cp "$file" "$out/foreign/$label/"
    for flags in 0 1 2 3; do
      printf 'F/%s/%s-%s\tforeign/%s/%s.ko\t\t%s\n' "$label" "$name" "$flags" "$label" "$name" "$flags"
    done
  done
done >>"$plan"
"$here/run.sh" "$kernel" "$out" "$plan" "$out-foreign.tsv"
