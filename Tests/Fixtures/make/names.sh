#!/bin/sh
# Makes the goldens of Rust names in Tests/Fixtures/names.
#
#   names.sh KERNEL-ROOT     an unpacked tree of Debian's linux-headers and linux-modules packages
#
# Needs llvm-cxxfilt, c++filt, nm, xz and rustc. Every line: linkage name, tab, readable name of
# llvm-cxxfilt (no hashes), tab, readable name of c++filt (with hashes).
set -eu
export LC_ALL=C
root=${1:?usage: names.sh KERNEL-ROOT}
here=$(cd "$(dirname "$0")" && pwd)
out=$here/../names
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Names on stdin to lines of three columns.
columns() {
  sort -u > "$work/names"
  llvm-cxxfilt < "$work/names" > "$work/plain"
  c++filt < "$work/names" > "$work/hashes"
  paste "$work/names" "$work/plain" "$work/hashes"
}

# Exports of the kernel, and every name that a module defines or requires.
{
  awk -F '\t' '$2 ~ /^_R/ { print $2 }' "$root"/usr/src/linux-headers-*/Module.symvers
  find "$root" -name '*.ko.xz' | while read -r file; do
    xz -dc "$file" > "$work/module.ko"
    if grep -q '_R[BCIMNXY]' "$work/module.ko"; then nm "$work/module.ko" || true; fi
  done | awk '$NF ~ /^_R/ { print $NF }'
} | columns > "$out/kernel.tsv"

# Names of a program of our own; those of the standard library differ from release to release.
# c++filt 2.40 misprints constants of 128 bits and quotes, and drops suffixes: such lines are left
# out of the file.
rustc --edition 2021 -C symbol-mangling-version=v0 --crate-name names -o "$work/v0" "$here/names.rs"
nm "$work/v0" | awk '$NF ~ /^_R.*5names/ { print $NF }' |
  grep -vE 'K[a-z]n?[0-9a-f]{17}|Kc27_|\.' | columns > "$out/compiled.tsv"

# The older mangling. llvm-cxxfilt does not know it, so the hash is cut from what c++filt says;
# c++filt does not know the escapes of letters beyond ASCII, so those lines are left out.
rustc --edition 2021 -C symbol-mangling-version=legacy -Z unstable-options --crate-name names \
  -o "$work/legacy" "$here/names.rs" 2> /dev/null ||
  rustc --edition 2021 --crate-name names -o "$work/legacy" "$here/names.rs"
nm "$work/legacy" | awk '$NF ~ /^_ZN.*5names.*17h/ { print $NF }' | sort -u > "$work/names"
c++filt < "$work/names" > "$work/hashes"
sed 's/::h[0-9a-f]\{16\}$//' "$work/hashes" | paste "$work/names" - "$work/hashes" |
  awk -F '\t' '$2 !~ /\$/' > "$out/legacy.tsv"

# Names made by hand, one production of the grammar each. c++filt drops suffixes and does not escape
# a backslash: no third column there.
grep -v '^#' "$out/grammar.txt" | while read -r name; do
  case $name in
    *.* | *Kc5c_*) hashes= ;;
    *) hashes=$(c++filt "$name") ;;
  esac
  printf '%s\t%s\t%s\n' "$name" "$(llvm-cxxfilt "$name")" "$hashes"
done > "$out/grammar.tsv"
