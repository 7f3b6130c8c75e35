#!/bin/bash
# Measures ksym beside its peers and beside small C programs that do the least, in one run, and
# compares with the bounds that the project keeps (Documentation/Benchmarks.md).
#
#   Benchmarks/run.sh [PART...]      parts: versions raw check gates convert types compare names kallsyms translate table start
#                                 library (default: all)
#
# Environment:
#   KSYM            the command (default .build-release/release/ksym)
#   KSYM_KERNELS    the cache that `make kernels` fills (default ~/.cache/ksym/kernels)
#   KSYM_KALLSYMS   the cache that `make differential` fills (default ~/.cache/ksym/kallsyms)
#   KSYM_FINDER     kallsyms-finder of vmlinux-to-elf (default: on the path)
#   KSYM_BENCH      where unpacked modules and names are kept (default ~/.cache/ksym/bench)
#   ROUNDS          runs of each command, after one warm-up (default 5)
#   SWIFT_FLAGS     those of the Makefile's release build, which make bench gives, for programs that measure
#                   what is no part of the command
#
# What cannot be measured here is named at the end. Exit status: 0 all bounds held, 1 one did not.
set -euo pipefail
export LC_ALL=C

here=$(cd "$(dirname "$0")" && pwd)
top=$(dirname "$here")
ksym=${KSYM:-$top/.build-release/release/ksym}
[[ $ksym == /* ]] || ksym=$PWD/$ksym
kernels=${KSYM_KERNELS:-${XDG_CACHE_HOME:-$HOME/.cache}/ksym/kernels}
tools=${KSYM_KALLSYMS:-${XDG_CACHE_HOME:-$HOME/.cache}/ksym/kallsyms}
finder=${KSYM_FINDER:-kallsyms-finder}
store=${KSYM_BENCH:-${XDG_CACHE_HOME:-$HOME/.cache}/ksym/bench}
rounds=${ROUNDS:-5}
root=$kernels/amd64-6.12
read -ra parts <<<"${*:-versions raw check gates convert types compare names kallsyms translate table start library}"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$store"
left_out=()
missed=0

leave_out() { left_out+=("$1: $2"); }
wants() { [[ " ${parts[*]} " == *" $1 "* ]]; }
has() { command -v "$1" >/dev/null || [[ -x /usr/sbin/$1 ]]; }

build_floors() {
  # The floor uses the same archive of liblzma that ksym is linked with.
  cc -O2 -o "$work/decompress" "$here/floors/decompress.c" -l:liblzma.a -lpthread
  cc -O2 -o "$work/versions" "$here/floors/versions.c"
  cc -O2 -o "$work/measure" "$here/measure.c"
  cc -O2 -o "$work/payload" "$here/floors/payload.c" -l:libzstd.a
  cc -O2 -o "$work/lookup" "$here/floors/lookup.c"
}

build_programs() {
  [[ -z ${programs_built:-} ]] || return 0
  programs_built=1
  : "${SWIFT_FLAGS:?those of the Makefile, as make bench gives them}"
  local program
  for program in demangle-names find-tables lookup-digests symbol-index; do
    # shellcheck disable=SC2086
    (cd "$top" && KSYM_BENCHMARKS=1 swift build $SWIFT_FLAGS --product "$program") \
      >"$work/build.log" 2>&1 || { cat "$work/build.log"; exit 1; }
  done
  # shellcheck disable=SC2086
  programs=$(cd "$top" && KSYM_BENCHMARKS=1 swift build $SWIFT_FLAGS --show-bin-path)
}

# measure: commands on standard input, results kept and printed as a table.
measure() {
  "$work/measure" "$rounds" >"$work/results"
  awk -F '\t' '
    { printf "  %-34s %8.3f s CPU (%.3f to %.3f) %8.3f s elapsed %7.1f MiB  exit %d\n",
             $1, $2, $3, $4, $5, $6, $7 }' "$work/results"
}

# result LABEL COLUMN: 2 CPU, 5 elapsed, 6 memory.
result() { awk -F '\t' -v label="$1" -v column="$2" '$1 == label { print $column }' "$work/results"; }

# bound WHAT VALUE DIVISOR LIMIT: whether VALUE / DIVISOR is at most LIMIT.
bound() {
  awk -v what="$1" -v value="$2" -v divisor="$3" -v limit="$4" 'BEGIN {
    ratio = value / divisor
    printf "  %-62s %8.3f  (at most %g)  %s\n", what, ratio, limit, ratio <= limit ? "held" : "MISSED"
    exit ratio > limit }' || missed=1
}

# Makes $store/rust-names-1000000, where it is not there; fails where there is no kernel to make it from.
make_rust_names() {
  local rust_symvers names=$store/rust-names-1000000
  [[ ! -e $names ]] || return 0
  rust_symvers=$(find "$kernels/amd64-7" -name Module.symvers -print -quit 2>/dev/null)
  [[ -n $rust_symvers ]] || return 1
  sh "$here/make-rust-names.sh" "$rust_symvers" 1000000 >"$names.new"
  mv "$names.new" "$names"
}

# Bounds that are times are those of a machine on which c++filt takes this many seconds of CPU for 100,000 of
# the names. How many times as long this machine takes now: taken before each part with such bounds.
yardstick=0.139
slowness=1
take_yardstick() {
  if ! has c++filt || ! make_rust_names; then
    leave_out "the speed of this machine" "no c++filt, or no 7.x kernel in $kernels"
    return
  fi
  [[ -e $work/yardstick ]] || sed 100000q "$store/rust-names-1000000" >"$work/yardstick"
  printf 'c++filt\texec c++filt <%s\n' "$work/yardstick" | "$work/measure" "$rounds" >"$work/results"
  slowness=$(awk -v taken="$(result c++filt 2)" -v known="$yardstick" 'BEGIN { print taken / known }')
  printf '  %-62s %8.3f\n' "times by the machine of the bounds: this one takes" "$slowness"
}

# bound_time WHAT VALUE DIVISOR LIMIT: bound for a time on the machine of the bounds.
bound_time() { bound "$1" "$2" "$(awk -v a="$3" -v b="$slowness" 'BEGIN { print a * b }')" "$4"; }

modules_directory() { find "$root/usr/lib/modules" "$root/lib/modules" -mindepth 1 -maxdepth 1 -type d -print -quit 2>/dev/null || true; }

# depmod_command BASE: a dry run of depmod with the checks of every version, as one shell command.
depmod_command() {
  local depmod
  depmod=$(command -v depmod || echo /usr/sbin/depmod)
  echo "exec $depmod -n -e -E '$symvers' -b '$1' $release"
}

measure_versions() {
  echo "Versions of $(wc -l <"$work/packed") compressed modules of $release"
  mkdir -p "$work/base/lib"
  ln -sfn "$(dirname "$modules")" "$work/base/lib/modules"
  {
    printf 'floor: decompress\texec %s %s\n' "$work/decompress" "$work/packed"
    printf 'ksym versions\texec %s versions --format modprobe %s\n' "$ksym" "$modules"
    printf 'ksym versions, one thread\texec %s versions -j 1 --format modprobe %s\n' "$ksym" "$modules"
    ! has depmod || printf 'depmod -e -E\t%s\n' "$(depmod_command "$work/base")"
  } | measure
  bound "versions, compressed: CPU beside bare decompression" \
    "$(result 'ksym versions' 2)" "$(result 'floor: decompress' 2)" 1.05
  if has depmod; then
    bound "versions, compressed: CPU beside depmod -e -E" \
      "$(result 'ksym versions' 2)" "$(result 'depmod -e -E' 2)" 1.0
  else
    leave_out "depmod" "kmod is not installed"
  fi
}

# The modules of the kernel unpacked, once; a list of them is left in $work/raw.
unpack_modules() {
  local raw=$store/$release
  if [[ ! -e $raw/.complete ]]; then
    echo "Unpacking the modules of $release into $raw"
    rm -rf "$raw"
    mkdir -p "$raw/lib/modules/$release"
    cp -r "$modules/." "$raw/lib/modules/$release/"
    find "$raw" -name '*.ko.xz' -print0 | xargs -0 xz -d
    touch "$raw/.complete"
  fi
  find "$raw" -name '*.ko' | sort >"$work/raw"
  raw_modules=$raw/lib/modules/$release
}

measure_raw() {
  unpack_modules
  echo "Versions of $(wc -l <"$work/raw") uncompressed modules of $release"
  {
    printf 'floor: map and print\texec %s %s\n' "$work/versions" "$work/raw"
    printf 'ksym versions\texec %s versions --format modprobe %s\n' "$ksym" "$raw_modules"
    printf 'ksym versions, one thread\texec %s versions -j 1 --format modprobe %s\n' "$ksym" "$raw_modules"
    ! has depmod || printf 'depmod -e -E\t%s\n' "$(depmod_command "$store/$release")"
  } | measure
  bound "versions, uncompressed: CPU beside mapping and printing" \
    "$(result 'ksym versions' 2)" "$(result 'floor: map and print' 2)" 1.3
}

measure_check() {
  echo "Check of the whole tree of $release, without signatures and types"
  {
    printf 'floor: decompress\texec %s %s\n' "$work/decompress" "$work/packed"
    printf 'ksym check\texec %s check --no-signatures --no-btf -k %s %s\n' "$ksym" "$root" "$root"
  } | measure
  bound "check, whole tree: CPU beside bare decompression" \
    "$(result 'ksym check' 2)" "$(result 'floor: decompress' 2)" 1.3
  bound "check, whole tree: elapsed beside its own CPU" \
    "$(result 'ksym check' 5)" "$(result 'ksym check' 2)" 0.6
  bound "check, whole tree: peak memory, MB" "$(result 'ksym check' 6)" 0.95367431640625 200
}

measure_gates() {
  echo "Signatures and types of the whole tree of $release"
  take_yardstick
  cc -O2 -o "$work/gates" "$here/floors/gates.c" -l:liblzma.a -l:libcrypto.a -lpthread -ldl
  "$ksym" kernel --show-certificates "$root" >"$work/certificates"
  {
    printf 'floor: decompress\texec %s %s\n' "$work/decompress" "$work/packed"
    printf 'floor: decompress and verify\texec %s %s %s\n' "$work/gates" "$work/certificates" "$work/packed"
    printf 'without gates\texec %s check --no-signatures --no-btf -k %s %s\n' "$ksym" "$root" "$root"
    printf 'with signatures\texec %s check --no-btf -k %s %s\n' "$ksym" "$root" "$root"
    printf 'with both\texec %s check -k %s %s\n' "$ksym" "$root" "$root"
  } | measure
  local allowed more
  allowed=$(awk -v a="$(result 'without gates' 2)" -v b="$(result 'floor: decompress and verify' 2)" \
    -v c="$(result 'floor: decompress' 2)" 'BEGIN { print a + b - c }')
  bound "check with signatures: CPU beside check without and the floor" \
    "$(result 'with signatures' 2)" "$allowed" 1.05
  bound "check with signatures: elapsed beside its own CPU" \
    "$(result 'with signatures' 5)" "$(result 'with signatures' 2)" 0.6
  more=$(awk -v a="$(result 'with both' 2)" -v b="$(result 'with signatures' 2)" 'BEGIN { print a - b }')
  bound_time "types of all modules: more CPU, s" "$more" 1 0.6
  take_yardstick
  # A few milliseconds among two hundred take many rounds to see. A module that needs no other.
  local one
  one=$(find "$modules" -name 'dummy.ko.xz' -print -quit)
  {
    printf 'one, without gates\texec %s check --no-deps --no-signatures --no-btf -k %s %s\n' "$ksym" "$root" "$one"
    printf 'one, with both\texec %s check --no-deps -k %s %s\n' "$ksym" "$root" "$one"
  } | rounds=60 measure
  more=$(awk -v a="$(result 'one, with both' 2)" -v b="$(result 'one, without gates' 2)" 'BEGIN { print (a - b) * 1000 }')
  bound_time "both gates of one module: more CPU, ms" "$more" 1 3
}

. "$here/convert.sh"

measure_names() {
  local names=$store/rust-names-1000000
  if ! has c++filt; then leave_out "names" "c++filt is not installed"; return; fi
  if ! make_rust_names; then leave_out "names" "no 7.x kernel in $kernels"; return; fi
  build_programs
  echo "$(wc -l <"$names") distinct Rust names"
  {
    printf 'c++filt\texec c++filt <%s\n' "$names"
    printf 'demangle-names\texec %s <%s\n' "$programs/demangle-names" "$names"
    printf 'floor: cat\texec cat <%s\n' "$names"
  } | measure
  bound "names: CPU beside c++filt" "$(result demangle-names 2)" "$(result c++filt 2)" 0.25
}

# The largest table: ten million names made from those of a kernel, each looked up once in a process
# that has touched nothing of the table, whose pages are in the cache.
measure_table() {
  local maps=$store/names-10000000 table=$store/names-10000000.names image
  image=$(find "$root" -name 'vmlinuz*' -type f -print -quit 2>/dev/null)
  if [[ -z $image ]]; then leave_out "table" "no kernel in $root"; return; fi
  if [[ ! -e $maps/.complete ]]; then
    "$ksym" symbols "$image" >"$work/map"
    sh "$here/make-names.sh" "$work/map" "$maps" 10000000
    touch "$maps/.complete"
  fi
  build_programs
  echo "Table of 10,000,000 names"
  take_yardstick
  local first digest
  first=$(awk 'NR == 250000 { print $3 }' "$maps/010.map")
  digest=$(printf '%s' "$first" | sha256sum | cut -d ' ' -f 1)
  printf 'ksym table build\texec %s table build -o %s %s/*.map\n' "$ksym" "$table" "$maps" |
    "$work/measure" 1 >"$work/results"
  bound_time "table: CPU microseconds a name to build" "$(result 'ksym table build' 2)" 10 5
  bound "table: peak memory to build, MB" "$(result 'ksym table build' 6)" 0.95367431640625 600
  bound "table: bytes a name" "$(stat -c %s "$table")" 10000000 60
  cat "$table" >/dev/null
  awk '{ print $3 }' "$maps"/*.map | shuf -n 100000 --random-source="$table" >"$work/sought"
  "$programs/lookup-digests" "$table" <"$work/sought" >"$work/lookups"
  bound_time "table: microseconds of a lookup by digest, median" "$(cut -f 2 "$work/lookups")" 1 2
  bound "table: names not found" "$(awk -F '\t' '{ print $5 - $4 }' "$work/lookups")" 1 0
  # What building left to be written would be waited for.
  sync
  printf 'ksym table show\texec %s table show -t %s %s\n' "$ksym" "$table" "$digest" |
    "$work/measure" 21 >"$work/results"
  bound_time "table: CPU milliseconds of ksym table show DIGEST" \
    "$(result 'ksym table show' 2)" 0.001 20
  bound_time "table: elapsed milliseconds of ksym table show DIGEST" \
    "$(result 'ksym table show' 5)" 0.001 20
}

measure_kallsyms() {
  local image list=$work/list encoder
  image=$(find "$kernels/amd64-7" -name 'vmlinuz*' -type f -print -quit 2>/dev/null)
  if [[ -z $image ]]; then leave_out "kallsyms" "no 7.x kernel in $kernels (make kernels)"; return; fi
  "$ksym" symbols --format kallsyms "$image" >"$list"
  echo "The $(wc -l <"$list") symbols of $(basename "$(dirname "$image")"), from vmlinuz to the whole list"
  {
    printf 'floor: decompress the payload\texec %s %s\n' "$work/payload" "$image"
    printf 'ksym symbols\texec %s symbols %s\n' "$ksym" "$image"
    ! has "$finder" || printf 'kallsyms-finder\texec %s %s\n' "$finder" "$image"
  } | measure
  bound "kallsyms, list: CPU beside decompressing the payload" \
    "$(result 'ksym symbols' 2)" "$(result 'floor: decompress the payload' 2)" 1.25
  if has "$finder"; then
    bound "kallsyms, list: CPU beside kallsyms-finder" \
      "$(result 'ksym symbols' 2)" "$(result kallsyms-finder 2)" 0.142857
  else
    leave_out "kallsyms-finder" "vmlinux-to-elf is not installed (KSYM_FINDER)"
  fi
  encoder=$({ find "$tools" -maxdepth 2 -path '*/7.*/kallsyms' 2>/dev/null || :; } | sort -V | tail -n 1)
  if [[ -n $encoder ]]; then
    measure_encoder "$encoder" "$(basename "$(dirname "$encoder")")" "$list"
  else
    leave_out "encoding" "no scripts/kallsyms in $tools (Scripts/fetch-kallsyms.sh)"
  fi
  build_programs
  measure_index "$image" "$list"
  measure_search
}

# measure_encoder PROGRAM RELEASE LIST
measure_encoder() {
  echo "Encoding, as $2"
  {
    printf 'scripts/kallsyms\texec %s --all-symbols --pc-relative %s\n' "$1" "$3"
    printf 'ksym kallsyms encode\texec %s kallsyms encode --release %s --all-symbols --pc-relative %s\n' \
      "$ksym" "$2" "$3"
  } | measure
  bound "kallsyms, encoding: CPU beside scripts/kallsyms" \
    "$(result 'ksym kallsyms encode' 2)" "$(result 'scripts/kallsyms' 2)" 0.333333
}

# median FILE COLUMN
median() { cut -d ' ' -f "$2" "$1" | sort -n | awk '{ all[NR] = $1 } END { print all[int((NR + 1) / 2)] }'; }

# measure_index IMAGE LIST: in each round both programs look up the same keys.
measure_index() {
  local keys=1000000 round name address floor_name floor_address
  take_yardstick
  echo "Index: $keys random names, and as many addresses; nanoseconds each"
  for ((round = 0; round < rounds; round++)); do
    "$work/lookup" "$2" "$keys" >>"$work/lookup.floor"
    "$programs/symbol-index" "$1" "$keys" >>"$work/lookup.ksym"
  done
  if [[ $(cut -d ' ' -f 3 "$work/lookup.floor" "$work/lookup.ksym" | sort -u | wc -l) != 1 ]]; then
    echo "run.sh: the index and the floor found different symbols" >&2
    missed=1
  fi
  name=$(median "$work/lookup.ksym" 1) address=$(median "$work/lookup.ksym" 2)
  floor_name=$(median "$work/lookup.floor" 1) floor_address=$(median "$work/lookup.floor" 2)
  echo "  name to address $name, floor $floor_name; address to symbol $address, floor $floor_address"
  bound "kallsyms, index: a name beside a hash table in C" "$name" "$floor_name" 1.1
  bound "kallsyms, index: an address beside a binary search in C" "$address" "$floor_address" 1.1
  bound_time "kallsyms, index: milliseconds to make it" "$(median "$work/lookup.ksym" 4)" 1 30
  bound "kallsyms, index: bytes beside 1.5 of names and 24 a symbol" \
    "$(median "$work/lookup.ksym" 5)" "$(median "$work/lookup.ksym" 6)" 1
}

measure_search() {
  local sizes="64 128 256 512"
  echo "Search for tables in data that has none or misleads: nanoseconds a byte, for $sizes MiB"
  # shellcheck disable=SC2086
  "$programs/find-tables" $sizes >"$work/search"
  expand -t 24,32,40,48 "$work/search" | sed 's/^/  /'
  bound_time "kallsyms, search: most nanoseconds a byte at 512 MiB" \
    "$(awk -F '\t' '$5 > most { most = $5 } END { print most }' "$work/search")" 1 20
  bound "kallsyms, search: a byte at 512 MiB beside one at 64, at worst" \
    "$(awk -F '\t' '$2 > 0.2 && $5 / $2 > most { most = $5 / $2 } END { print most }' "$work/search")" 1 1.5
}

measure_start() {
  echo "Start"
  take_yardstick
  printf 'ksym --version\texec %s --version\n' "$ksym" |
    "$work/measure" 41 >"$work/results"
  bound_time "start: elapsed milliseconds of ksym --version" "$(result 'ksym --version' 5)" 0.001 15
}

# shellcheck source=Benchmarks/translate.sh
source "$here/translate.sh"
# shellcheck source=Benchmarks/types.sh
source "$here/types.sh"
# shellcheck source=Benchmarks/compare.sh
source "$here/compare.sh"
# shellcheck source=Benchmarks/library.sh
source "$here/library.sh"

[[ -x $ksym ]] || { echo "run.sh: $ksym is missing; make build" >&2; exit 2; }
build_floors
echo "$(nproc) processors: $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1);" \
  "load $(cut -d ' ' -f 1 /proc/loadavg); $rounds rounds; medians"
modules=$(modules_directory)
if [[ -n $modules ]]; then
  release=$(basename "$modules")
  symvers=$(find "$root/usr/src" -name Module.symvers -print -quit 2>/dev/null)
  find "$modules" -name '*.ko.xz' | sort >"$work/packed"
  ! wants versions || measure_versions
  ! wants raw || measure_raw
  ! wants check || measure_check
  ! wants gates || measure_gates
  ! wants convert || measure_convert
else
  leave_out "versions, raw, check, gates" "no kernel in $root (make kernels)"
fi
! wants types || measure_types
! wants compare || measure_compare
! wants names || measure_names
! wants translate || measure_translate
! wants kallsyms || measure_kallsyms
! wants table || measure_table
! wants start || measure_start
! wants library || measure_library
for line in "${left_out[@]}"; do echo "left out: $line"; done
exit "$missed"
