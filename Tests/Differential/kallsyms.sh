#!/bin/sh
# Compares ksym kallsyms encode with the kernel's own scripts/kallsyms of every release in the cache:
# the golden cases with all options, lists made from a seed, and the whole lists of real kernels.
#
# usage: kallsyms.sh [COUNT [SEED]]        lists for each release (10000), the first one's seed (1)
#
# Environment:
#   KSYM            the command (default .build-release/release/ksym)
#   KSYM_KALLSYMS   the cache of Scripts/fetch-kallsyms.sh (default ~/.cache/ksym/kallsyms)
#   KSYM_KERNELS    the cache of make kernels (default ~/.cache/ksym/kernels)
#
# Lists that make a difference are kept in .build/differential. Exit status: 0 no difference, 1 some.
set -eu
export LC_ALL=C
cd "$(dirname "$0")/../.."
count=${1:-10000}
seed=${2:-1}
ksym=${KSYM:-.build-release/release/ksym}
cache=${XDG_CACHE_HOME:-$HOME/.cache}/ksym
tools=${KSYM_KALLSYMS:-$cache/kallsyms}
kernels=${KSYM_KERNELS:-$cache/kernels}
kept=.build/differential
status=0

sh Scripts/fetch-kallsyms.sh "$tools"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$kept"
cc -O2 -o "$work/kallsyms" Tests/Differential/kallsyms.c

# compare RELEASE MAP OPTION...: both programs on one list.
compare() {
  release=$1 map=$2
  shift 2
  mine=0 real=0
  "$ksym" kallsyms encode --release "$release" "$@" "$map" >"$work/mine" 2>"$work/mine.err" || mine=$?
  "$tools/$release/kallsyms" "$@" "$map" >"$work/real" 2>"$work/real.err" || real=$?
  if [ $mine != $real ] || ! cmp -s "$work/mine" "$work/real" || ! cmp -s "$work/mine.err" "$work/real.err"; then
    echo "DIFFERENCE: --release $release $* $map"
    status=1
  fi
}

for tool in "$tools"/*/kallsyms; do
  release=$(basename "$(dirname "$tool")")
  case $release in 6.*) second=--absolute-percpu ;; *) second=--pc-relative ;; esac
  cases=0
  for map in Tests/Fixtures/kallsyms/*.map; do
    compare "$release" "$map"
    compare "$release" "$map" --all-symbols
    compare "$release" "$map" $second
    compare "$release" "$map" --all-symbols $second
    cases=$((cases + 4))
  done
  for label in amd64-6.12 amd64-7; do
    image=$(find "$kernels/$label" -name 'vmlinuz*' -type f 2>/dev/null | head -n 1)
    if [ -z "$image" ]; then
      echo "left out: $label is not in $kernels (make kernels)"
      continue
    fi
    "$ksym" symbols --format kallsyms "$image" >"$work/list"
    compare "$release" "$work/list" --all-symbols $second
    compare "$release" "$work/list"
    cases=$((cases + 2))
  done
  echo "$release: $cases golden cases and whole kernels compared"
  "$work/kallsyms" "$ksym" "$tool" "$release" "$count" "$seed" "$kept" || status=1
done
exit $status
