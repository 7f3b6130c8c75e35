#!/bin/sh
# Asks a kernel about modules that ksym convert rewrote: every layout of version tables, there and
# back, recompressed, re-targeted and signed.
#
# usage: convert.sh KERNEL_DIR OUT_DIR KSYM     (KERNEL_DIR: bzImage, Module.symvers, modules/)
set -eu

[ $# -eq 3 ] || { echo "usage: convert.sh KERNEL_DIR OUT_DIR KSYM" >&2; exit 2; }
kernel=$1 out=$2 ksym=$3
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$out/modules" "$out/converted"
plan=$out/plan
: >"$plan"
row() { printf '%s\t%s\t%s\t%s\n' "$1" "$2" "$3" "${4:-0}" >>"$plan"; }
# convert ID FILE DEPS OPTION...: a row, if the conversion is possible
convert() {
  id=$1 file=$2 deps=$3
  shift 3
  if "$ksym" convert "$@" -o "$out/converted/$id.ko" "$out/modules/$file.ko" >/dev/null 2>&1; then
    row "V/$id" "converted/$id.ko" "$deps"
  fi
}
all() { # all NAME [DEPS]: each layout, and back from it
  name=$1 deps=${2:-}
  [ -e "$kernel/modules/$name.ko" ] || return 0
  cp "$kernel/modules/$name.ko" "$out/modules/"
  for target in basic extended both packed hashed none; do
    convert "$name-$target" "$name" "$deps" --to $target --drop-unrepresentable
  done
  for target in basic extended both; do
    convert "$name-crcs-$target" "$name" "$deps" --to $target --crcs "$kernel/Module.symvers" \
      --add-missing --drop-unrepresentable
  done
}

for name in corpus_exp fat nls_base; do
  [ ! -e "$kernel/modules/$name.ko" ] || cp "$kernel/modules/$name.ko" "$out/modules/"
done
for name in corpus_min corpus_weak corpus_gplonly rust_minimal rust_print livepatch-sample \
  livepatch-shadow-mod crc16 test_module; do
  all $name
done
all corpus_imp modules/corpus_exp.ko
# An exporter that was converted, too.
convert exp corpus_exp "" --to both
[ ! -e "$out/converted/exp.ko" ] || row V/imp-exp modules/corpus_imp.ko converted/exp.ko
"$here/run.sh" "$kernel/bzImage" "$out" "$plan" "$out.tsv"
