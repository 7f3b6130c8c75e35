#!/bin/sh
# Makes the objects and aliases of Tests/Fixtures/devices again, with the kernel's own structures and modpost.
#
# usage: devices.sh HEADERS FOLDER [RUN…]
#        HEADERS  the include directory of linux-headers-VERSION-common (Debian; the fixtures are of 7.2.13)
#        FOLDER   scripts/mod of linux-kbuild-VERSION, whose modpost.real-* are right for 64 bits
#        RUN      what runs the programs there, if they need another libc
set -eu
headers=$1 folder=$2
shift 2
cd "$(dirname "$0")/../devices"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for target in x86_64:lsb-64 s390x:msb-64; do
  object=${target%:*}
  clang --target="$object-linux-gnu" -O2 -w -ffreestanding -fno-pic -fno-asynchronous-unwind-tables \
    -c -I"$headers" -o "$object.o" tables.c
  cp "$object.o" "$work/tables.o"
  (cd "$work" && : >tables.mod && "$@" "$folder/modpost.real-${target#*:}" -o Module.symvers tables.o)
  sed -n 's/^MODULE_ALIAS("\(.*\)");$/\1/p' "$work/tables.mod.c" >"$object.aliases"
done
