#!/bin/sh
# Mutates modules near the loader's decisions, has real kernels load them, and compares every verdict,
# errno and log line with ksym check. What a seed makes is always the same.
#
# usage: fuzz.sh [OUT_DIR]        (default .build-oracle-fuzz)
#
# FUZZ_SECONDS     how long to go on (default 300); a boot that has begun is finished
# FUZZ_SEED        the first seed (default 1): each boot takes the next
# FUZZ_ROWS        mutations a boot (default 400)
# ORACLE_KERNELS   labels of kernels in the cache of `make kernels`, in turns (default: amd64-6.12 amd64-6.1),
#                  or paths of folders with bzImage, config and modules/
# KSYM_KERNELS     that cache (default ${XDG_CACHE_HOME:-~/.cache}/ksym/kernels)
#
# A row in which the guest dies or hangs is recorded as crashed, and the next boot goes on behind it.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."
out=${1:-.build-oracle-fuzz}
cache=${KSYM_KERNELS:-${XDG_CACHE_HOME:-$HOME/.cache}/ksym/kernels}
swift build ${SWIFT_FLAGS:-} --product oracle-variants
swift build ${SWIFT_FLAGS:-} --product ksym
tool=$PWD/.build/debug/oracle-variants
mkdir -p "$out"
out=$(cd "$out" && pwd)
rm -f "$out"/*.tsv "$out"/*.ask
seed=${FUZZ_SEED:-1}
rows=${FUZZ_ROWS:-400}
ends=$(($(date +%s) + ${FUZZ_SECONDS:-300}))

# Both set kernel and machine, and write $work/bases (modules and what they depend on) and $work.asked.
debian() { # debian LABEL
  tree=$cache/$1 machine=$1
  [ -d "$tree" ] || { echo "fuzz.sh: $1 is not in $cache (make kernels fetches it)" >&2; exit 2; }
  "$here/collect.sh" "$tree" "$work" ts_kmp dummy lz4_compress nls_utf8 >"$work/bases"
  kernel=$(find "$tree/boot" "$tree/usr/lib/modules" "$tree/lib/modules" \( -name 'vmlinu[xz]-*' -o -name vmlinuz \) \
    2>/dev/null | head -n 1)
  printf '%s\n' -k "$tree" >"$work.asked"
}
folder() { # folder DIR
  kernel=$1/bzImage machine=amd64
  for name in corpus_min corpus_exp corpus_imp corpus_weak rust_print; do
    [ ! -e "$1/modules/$name.ko" ] || cp "$1/modules/$name.ko" "$work/modules/"
  done
  (cd "$work" && ls modules/*.ko) |
    awk '{ print "base\t" $1 "\t" ($1 ~ /corpus_imp/ ? "modules/corpus_exp.ko" : "") }' >"$work/bases"
  printf '%s\n' -k "$kernel" --config "$1/config" >"$work.asked"
  [ ! -e "$1/assume" ] || sed 's/^/--assume\n/' "$1/assume" >>"$work.asked"
}

while [ "$(date +%s)" -lt "$ends" ]; do
  for label in ${ORACLE_KERNELS:-amd64-6.12 amd64-6.1}; do
    work=$out/fuzz-$(basename "$label")-$seed
    rm -rf "$work"
    mkdir -p "$work/variants" "$work/modules"
    case $label in
    */*) folder "$label" ;;
    *) debian "$label" ;;
    esac
    each=$((rows / $(grep -c . "$work/bases")))
    cut -f 2,3 "$work/bases" | while IFS='	' read -r base deps; do
      "$tool" --fuzz "$seed" "$each" "$work/$base" "$work" "$deps"
    done >"$work/plan"
    ORACLE_MACHINE=$machine ORACLE_TIMEOUT=${ORACLE_TIMEOUT:-600} \
      "$here/run.sh" "$kernel" "$work" "$work/plan" "$work.tsv"
    mv "$work.asked" "$work.ask"
  done
  seed=$((seed + 1))
done
KSYM_ORACLE_RESULTS=$out swift test --disable-xctest ${SWIFT_FLAGS:-} --filter OracleRunTests
