#!/bin/sh
# Converts every module of a Debian kernel, and every one of the kernels in $KSYM_CORPUS, through all
# layouts of version tables and back, and compares the bytes.
#
# usage: convert.sh [LABEL]           a kernel of the cache (default amd64-6.12)
#
# Of signed modules the last step puts the old signature back, so that files are compared whole. From
# `none` the tables come back by --crcs: their order is lost with them, so the versions are compared.
# Compressed modules are compared unpacked; those that are the same packed, too, are counted (none of
# Debian's: its xz runs in threads, and so puts the sizes into block headers).
#
# Environment:
#   KSYM           the command (default .build-release/release/ksym)
#   KSYM_KERNELS   the cache of make kernels (default ~/.cache/ksym/kernels)
#   KSYM_CORPUS    a folder of folders with modules/, config and Module.symvers (default: none)
#   CONVERT_XZ=0   leaves out the compressed modules, which take minutes
#
# Exit status: 0 all came back, 1 some did not.
set -eu
export LC_ALL=C
cd "$(dirname "$0")/../.."
label=${1:-amd64-6.12}
ksym=$(realpath "${KSYM:-.build-release/release/ksym}")
kernels=${KSYM_KERNELS:-${XDG_CACHE_HOME:-$HOME/.cache}/ksym/kernels}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
status=0

wrong() {
  echo "DIFFERENCE: $*"
  status=1
}

# through DIRECTORY TARGET...: each layout in turn, in place.
through() {
  directory=$1
  shift
  for target in "$@"; do
    "$ksym" convert --in-place --to "$target" "$directory" >"$work/out" 2>"$work/err" ||
      wrong "--to $target: $(head -n 1 "$work/err")"
  done
}

# rebuilt DIRECTORY ORIGINAL TARGET SYMVERS: tables made from nothing hold the same versions.
rebuilt() {
  "$ksym" convert --in-place --to none "$1" >"$work/out" 2>"$work/err" || wrong "--to none"
  "$ksym" convert --in-place --crcs "$4" --add-missing --to "$3" "$1" >"$work/out" 2>"$work/err" ||
    wrong "--crcs $4: $(grep -v warning "$work/err" | head -n 1)"
  same=0 all=0
  (cd "$2" && find . -name '*.ko') >"$work/list"
  while read -r name; do
    all=$((all + 1))
    "$ksym" versions --format modprobe "$2/$name" 2>/dev/null | sort >"$work/old" || true
    "$ksym" versions --format modprobe "$1/$name" 2>/dev/null | sort >"$work/new" || true
    if cmp -s "$work/old" "$work/new"; then same=$((same + 1)); else wrong "$name: versions from $4"; fi
  done <"$work/list"
  echo "  from none by --crcs: $same of $all have the same versions"
}

corpus() {
  own=basic
  ! grep -q '^CONFIG_EXTENDED_MODVERSIONS=y' "$1/config" || own=both
  ! grep -q '^# CONFIG_BASIC_MODVERSIONS is not set' "$1/config" || own=extended
  rm -rf "$work/all"
  cp -r "$1/modules" "$work/all"
  find "$work/all" -name '*.ko' >"$work/list"
  echo "$1: $(wc -l <"$work/list") modules, $own"
  for turn in "both $own" "extended packed extended $own" "packed $own" "hashed $own" \
    "packed both hashed extended both $own"; do
    # shellcheck disable=SC2086
    through "$work/all" $turn
    diff -r "$1/modules" "$work/all" >"$work/diff" || wrong "$turn: $(head -n 3 "$work/diff")"
  done
  # Modules of other modules' exports need those, too.
  find "$1/modules" -name '*.ko' -exec "$ksym" exports --format symvers {} + >"$work/own.symvers" \
    2>"$work/err" || true
  cat "$1/Module.symvers" "$work/own.symvers" | awk -F '\t' '!seen[$2]++' >"$work/all.symvers"
  rebuilt "$work/all" "$1/modules" "$own" "$work/all.symvers"
}

# signed ORIGINALS DIRECTORY SUFFIX: the old signatures, back in their places.
signed() {
  same=0 all=0 packed=0
  (cd "$1" && find . -name "*.ko$3") >"$work/list"
  while read -r name; do
    all=$((all + 1))
    "$ksym" convert --in-place --to basic --signature-from "$1/$name" "$2/$name" >"$work/out" \
      2>"$work/err" || wrong "$name: $(head -n 1 "$work/err")"
    if [ -z "$3" ]; then
      if cmp -s "$1/$name" "$2/$name"; then same=$((same + 1)); else wrong "$name"; fi
      continue
    fi
    if cmp -s "$1/$name" "$2/$name"; then packed=$((packed + 1)); fi
    xz -dc "$1/$name" >"$work/old"
    if xz -dc "$2/$name" | cmp -s "$work/old" -; then same=$((same + 1)); else wrong "$name"; fi
  done <"$work/list"
  echo "  $same of $all are the same with their signatures"
  [ -z "$3" ] || echo "  $packed of them are the same packed, too"
}

debian() {
  modules=$(find "$1" -path '*lib/modules/*' -name kernel -type d | head -n 1)
  mkdir -p "$work/original"
  echo "$1: unpacking"
  (cd "$modules" && find . -name '*.ko.xz') >"$work/list"
  while read -r name; do
    mkdir -p "$work/original/${name%/*}"
    xz -dc "$modules/$name" >"$work/original/${name%.xz}"
  done <"$work/list"
  rm -rf "$work/all"
  cp -r "$work/original" "$work/all"
  echo "$1: $(wc -l <"$work/list") modules, basic"
  "$ksym" convert --in-place --drop-signature --to both "$work/all" >"$work/out" 2>"$work/err" ||
    wrong "--drop-signature: $(head -n 1 "$work/err")"
  through "$work/all" basic both extended packed extended hashed both packed hashed extended both
  signed "$work/original" "$work/all" ""
  symvers=$(find "$1" -name Module.symvers | head -n 1)
  if [ -n "$symvers" ]; then
    "$ksym" convert --in-place --drop-signature --to both "$work/all" >"$work/out" 2>&1 || true
    rebuilt "$work/all" "$work/original" basic "$symvers"
  else
    echo "  no Module.symvers: tables from none are left out"
  fi
  rm -rf "$work/all"
  if [ "${CONVERT_XZ:-1}" != 0 ]; then
    echo "$1: the same in .xz"
    cp -r "$modules" "$work/all"
    "$ksym" convert --in-place --drop-signature --to both "$work/all" >"$work/out" 2>"$work/err" ||
      wrong "--drop-signature: $(head -n 1 "$work/err")"
    signed "$modules" "$work/all" .xz
  fi
}

for folder in ${KSYM_CORPUS:+"$KSYM_CORPUS"/*/}; do
  [ ! -d "$folder/modules" ] || corpus "${folder%/}"
done
if [ -d "$kernels/$label" ]; then
  debian "$kernels/$label"
else
  echo "$label is not in $kernels (make kernels fetches it): left out"
fi
exit $status
