#!/bin/sh
# Writes distinct Rust v0 names, made from real ones: the hash of the first crate and the first
# letters of its name are varied, all lengths stay as they are.
#
#   make-rust-names.sh Module.symvers [COUNT=1000000] > names
set -eu
symvers=${1:?usage: make-rust-names.sh Module.symvers [COUNT]}
count=${2:-1000000}
awk -F '\t' '$2 ~ /^_R/ { print $2 }' "$symvers" | LC_ALL=C sort -u | LC_ALL=C awk -v count="$count" '
  function digits(value, base, width, alphabet,    text) {
    for (text = ""; width > 0; width--) {
      text = substr(alphabet, value % base + 1, 1) text
      value = int(value / base)
    }
    return text
  }
  BEGIN { n = 0 }
  # The head ends before the three last digits of the hash; then "_", a length, a crate name.
  match($0, /Cs[0-9A-Za-z]+[0-9A-Za-z][0-9A-Za-z][0-9A-Za-z]_[0-9]+[a-z_]/) {
    head[n] = substr($0, 1, RSTART + RLENGTH - 1)
    tail[n] = substr($0, RSTART + RLENGTH + 2)
    match(head[n], /[0-9A-Za-z][0-9A-Za-z][0-9A-Za-z]_[0-9]+[a-z_]$/)
    middle[n] = substr(head[n], RSTART + 3, RLENGTH - 4)
    head[n] = substr(head[n], 1, RSTART - 1)
    n++
  }
  END {
    lower = "abcdefghijklmnopqrstuvwxyz"
    base62 = "0123456789" lower "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    for (round = 0; n > 0 && written < count; round++) {
      hash = digits(round * 31 % 238328, 62, 3, base62)
      name = digits(round, 26, 3, lower)
      for (i = 0; i < n && written < count; i++) {
        print head[i] hash middle[i] name tail[i]
        written++
      }
    }
  }'
