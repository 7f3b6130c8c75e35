#!/bin/sh
# Compares the source lines that ksym translate --source gives with those of addr2line -i of binutils.
#
# usage: source-lines.sh VMLINUX [COUNT [SEED]]
#
# VMLINUX has debug information, as usr/lib/debug/boot/vmlinux-… of Debian's -dbg packages; COUNT places
# (default 100,000) in functions with a name of their own are chosen by SEED (default 1). Numbers of lines
# are compared, of all inlined calls. Not compared: names of files, of which addr2line 2.40 takes that of
# the unit for some lines of headers, and padding behind a function, for which it gives the line before.
#
# Environment:
#   KSYM   the command (default .build-release/release/ksym)
#
# Exit status: 0 no line differs, 1 some.
set -eu
export LC_ALL=C
cd "$(dirname "$0")/../.."
vmlinux=${1:?a vmlinux with debug information} count=${2:-100000} seed=${3:-1}
ksym=$(realpath "${KSYM:-.build-release/release/ksym}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM

# Numbers of awk hold no 64 bits: the upper half of all addresses of a kernel's code is the same.
nm -n "$vmlinux" | awk -v count="$count" -v seed="$seed" -v work="$work" '
  function number(hex, i, n) {
    for (i = 9; i <= 16; i++) n = n * 16 + index("0123456789abcdef", substr(hex, i, 1)) - 1
    return n
  }
  $2 ~ /^[tTwW]$/ && length($1) == 16 {
    if ($1 != last) { starts[++n] = $1; last = $1 }
    names[n] = $3
    known[$3]++
  }
  END {
    srand(seed)
    while (made < count && tries++ < 100 * count) {
      at = 1 + int(rand() * (n - 1))
      start = number(starts[at])
      size = number(starts[at + 1]) - start
      if (size <= 0 || size > 65536 || known[names[at]] > 1 || names[at] ~ /^__pfx_/) continue
      offset = int(rand() * size)
      printf "%s+0x%x/0x%x\n", names[at], offset, size >(work "/places")
      printf "0x%s%08x\n", substr(starts[at], 1, 8), start + offset >(work "/addresses")
      made++
    }
  }'

# One line an address: the numbers of its lines, or "-".
addr2line -i -a -e "$vmlinux" <"$work/addresses" |
  sed -e 's/ (discriminator [0-9]*)$//' -e 's/^.*:\([0-9?]*\)$/\1/' |
  awk '/^0x/ { if (NR > 1) print line; line = ""; next } { line = line " " $0 } END { print line }' |
  sed -e 's/^ //' -e 's/^?$/-/' >"$work/theirs"
"$ksym" translate --source --json -k "$vmlinux" "$work/places" |
  sed -e 's/.*"places":\[\([^]]*\)\].*/\1/' -e t -e 's/.*"addresses":\[\],*.*/unresolved/' -e t -e 's/.*/-/' |
  sed -e 's/"[^"]*:\([0-9]*\)",*/\1 /g' -e 's/ $//' >"$work/ours"

paste -d '\t' "$work/places" "$work/theirs" "$work/ours" | awk -F'\t' '
  $3 == "unresolved" { unresolved++; next }
  $2 == $3 { same++; if ($2 != "-") places++; next }
  $3 == "-" { padding++; next }
  # A call that addr2line has no file for.
  { theirs = $2; gsub(/(^| )\?/, "", theirs); sub(/^ /, "", theirs) }
  theirs == $3 { same++; next }
  { differ++; print $1 ": addr2line " $2 ", ksym " $3 }
  END {
    printf "%d places agree (%d with lines), %d differ; %d where only addr2line has a line; %d not resolved\n",
      same, places, differ, padding, unresolved
    exit differ > 0
  }'
