#!/bin/sh
# Builds libksym-names from the sources of SymbolNames in Embedded Swift, whose runtime is part of the program:
# .build-library/names/libksym-names.a and .so.1, which need libc only.
set -eu
cd "$(dirname "$0")/../.."
out=.build-library/names
swiftc=${SWIFTC:-swiftc}
flags="-swift-version 6 -package-name ksym -parse-as-library -wmo -Osize -Xcc -fPIC
  -enable-experimental-feature Embedded -enable-experimental-feature Lifetimes
  -enable-upcoming-feature ExistentialAny -enable-upcoming-feature MemberImportVisibility
  -enable-upcoming-feature InternalImportsByDefault -strict-memory-safety
  -Xfrontend -function-sections -I $out -I Library/Names/include"
runtime=$(dirname "$(dirname "$(command -v "$swiftc")")")/lib/swift/embedded/$(uname -m)-unknown-linux-gnu
[ -e "$runtime/libswiftUnicodeDataTables.a" ] || {
  echo "libksym-names: this toolchain has no Embedded Swift for Linux on $(uname -m); left out"
  exit 0
}
rm -rf "$out"
mkdir -p "$out"

# Digests are those of libksym: libcrypto computes them.
compile() {
  module=$1
  shift
  # shellcheck disable=SC2086
  "$swiftc" $flags -module-name "$module" -emit-module -emit-module-path "$out/$module.swiftmodule" \
    -c -o "$out/$module.o" "$@"
}
compile KernelReleases Sources/KernelReleases/*.swift
# shellcheck disable=SC2046
compile SymbolNames Library/Names/Names.swift $(find Sources/SymbolNames -name '*.swift' |
  grep -v -e /HashedName -e /SymbolName.swift -e /ReadablePath.swift -e /WrittenName.swift | LC_ALL=C sort)

functions=$(sed -n 's/^ *\(ksymn_[a-z_]*\);$/\1/p' Library/Names/names.map)
# shellcheck disable=SC2046
ld.lld -r --gc-sections $(printf -- '-u %s ' $functions) -o $out/whole.o $out/KernelReleases.o \
  $out/SymbolNames.o "$runtime/libswiftUnicodeDataTables.a"
# shellcheck disable=SC2046
objcopy --strip-debug $(printf -- '--keep-global-symbol=%s ' $functions) $out/whole.o $out/ksym-names.o
objcopy --strip-unneeded $out/ksym-names.o
ar rcsD $out/libksym-names.a $out/ksym-names.o
gcc -shared -nostartfiles -o $out/libksym-names.so.1.0.0 $out/ksym-names.o -Wl,-soname=libksym-names.so.1 \
  -Wl,--version-script=Library/Names/names.map -Wl,--gc-sections -Wl,-z,defs -Wl,-z,relro -Wl,-z,now
strip --strip-unneeded $out/libksym-names.so.1.0.0
ln -sf libksym-names.so.1.0.0 $out/libksym-names.so.1
ln -sf libksym-names.so.1 $out/libksym-names.so
