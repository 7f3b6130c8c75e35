#!/bin/sh
# Installs the C library and what programs are built with, or removes them. `make library` comes before.
#
#   install-library.sh [--remove] ROOT PREFIX [LIBRARIES]      below the directory ROOT; LIBRARIES: PREFIX/lib
set -eu
here=$(cd "$(dirname "$0")" && pwd)
built=$here/../.build-library
library=$here/../Library
remove=
if [ "${1:-}" = --remove ]; then remove=1; shift; fi
root=${1?usage: install-library.sh [--remove] ROOT PREFIX [LIBRARIES]}
prefix=$2
libraries=${3:-$prefix/lib}
version=$(sed -n 's/^    version: "\(.*\)",$/\1/p' "$here/../Sources/ksym/Ksym.swift")

if [ -n "$remove" ]; then
  (cd "$root$libraries" && rm -f libksym.so libksym.so.1 libksym.so.1.0.0 libksym-names.* pkgconfig/libksym.pc)
  rm -f "$root$prefix/include/ksym.h" "$root$prefix/include/ksym_names.h"
  exit
fi
install -D -m 644 -t "$root$prefix/include" "$library/CKsym/include/ksym.h"
install -D -m 644 -t "$root$libraries" "$built/lib/libksym.so.1.0.0"
ln -sf libksym.so.1.0.0 "$root$libraries/libksym.so.1"
ln -sf libksym.so.1 "$root$libraries/libksym.so"
mkdir -p "$root$libraries/pkgconfig"
sed -e "s|@PREFIX@|$prefix|" -e "s|@LIBDIR@|$libraries|" -e "s/@VERSION@/$version/" "$library/libksym.pc.in" \
  >"$root$libraries/pkgconfig/libksym.pc"
# Only toolchains for x86-64 can build it.
if [ -e "$built/names/libksym-names.a" ]; then
  install -m 644 -t "$root$prefix/include" "$library/Names/include/ksym_names.h"
  install -m 644 -t "$root$libraries" "$built/names/libksym-names.a"
fi
