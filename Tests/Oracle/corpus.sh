#!/bin/sh
# Like debian.sh, for a kernel folder of the shared kind: bzImage, and modules/ with the sample
# modules corpus_min, corpus_exp and corpus_imp.
#
# usage: corpus.sh KERNEL_DIR OUT_DIR VARIANTS_TOOL
set -eu

[ $# -eq 3 ] || { echo "usage: corpus.sh KERNEL_DIR OUT_DIR VARIANTS_TOOL" >&2; exit 2; }
kernel=$1 out=$2 tool=$3
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$out/modules" "$out/variants"
plan=$out/plan
: >"$plan"
row() { printf '%s\t%s\t%s\t%s\n' "$1" "$2" "$3" "${4:-0}" >>"$plan"; }
base() { # base NAME [DEPS]
  [ -e "$kernel/modules/$1.ko" ] || return 0
  cp "$kernel/modules/$1.ko" "$out/modules/"
  row "base/$1" "modules/$1.ko" "${2:-}"
}
variants() { # variants NAME DEPS PREFIX...
  name=$1 deps=$2
  shift 2
  [ -e "$out/modules/$name.ko" ] || return 0
  "$tool" "$out/modules/$name.ko" "$out" "$deps" "$@" >>"$plan"
}

for name in corpus_min corpus_exp corpus_prop corpus_weak corpus_gplonly; do base $name; done
base corpus_imp modules/corpus_exp.ko
variants corpus_min ""
variants corpus_exp "" exp- this-emptyname sym-common name- license- many
variants corpus_imp modules/corpus_exp.ko ns- license- vers- ext- sym-several many this-othername
variants corpus_gplonly "" license-
for damage in exp-nocrc exp-crcchanged exp-proprietary exp-noflags exp-flagsgpl exp-unsorted; do
  file=variants/corpus_exp-$damage.ko
  [ -e "$out/$file" ] || continue
  for importer in modules/corpus_imp variants/corpus_imp-vers-crcwrong variants/corpus_imp-vers-missing \
    variants/corpus_imp-vers-removed variants/corpus_imp-license-proprietary variants/corpus_imp-ns-removed; do
    [ -e "$out/$importer.ko" ] && row "D/${importer##*/}+$damage" "$importer.ko" "$file"
  done
done
# Livepatches: names that come several times, and those to which ThinLTO gave a hash. What is
# patched must be nothing that the guest's init calls.
base livepatch-sample
hashed=$(awk '$2 == "t" && $3 ~ /^[a-z].*xattr.*[.]llvm[.]/ { print $3; exit }' "$kernel/System.map")
names=
for symbol in t_next init_once ${hashed:+"$hashed" "${hashed%.llvm.*}" "${hashed%.llvm.*}.llvm.1"}; do
  for position in 0 1 2 3 5 6; do names="$names klp=$symbol,$position"; done
done
for symbol in start_kernel loops_per_jiffy t_show t_next cmdline_proc_show no_such_function \
  ${hashed:+"$hashed" "${hashed%.llvm.*}" "${hashed%.llvm.*}.llvm.1"}; do
  for position in 0 1 2 3; do names="$names klpfn=$symbol,$position"; done
done
# shellcheck disable=SC2086
variants livepatch-sample "" klp- $names
row D/corpus_exp-exp-dupmodule-loaded variants/corpus_exp-exp-dupmodule.ko modules/corpus_exp.ko
row E/same modules/corpus_min.ko modules/corpus_min.ko
for damage in wx-text sym-unknown magic-nosmp license-proprietary name-changed this-othername; do
  file=variants/corpus_min-$damage.ko
  [ -e "$out/$file" ] && row "E/corpus_min-$damage" "$file" modules/corpus_min.ko
done
"$here/run.sh" "$kernel/bzImage" "$out" "$plan" "$out.tsv"
