#!/bin/sh
# Builds the C library: .build-library/lib/libksym.so.1.0.0 with its links. It contains Swift's runtime, and
# needs libc, libcrypto and libbz2. SWIFT_FLAGS are those of the Makefile's release build.
set -eu
cd "$(dirname "$0")/.."
scratch=.build-library
out=$scratch/lib
version=$(sed -n 's/^    version: "\(.*\)",$/\1/p' Sources/ksym/Ksym.swift)
swift=${SWIFT:-swift}
: "${SWIFT_FLAGS:?those of the Makefile, as make library gives them}"

# With the flags of the command, from whose objects the library is linked too.
KSYM_LIBRARY=$version $swift build $SWIFT_FLAGS --product ksym-objects
built=$(KSYM_LIBRARY=$version $swift build $SWIFT_FLAGS --show-bin-path)

# lld takes shared libraries before static ones, so it gets a directory with only the static ones.
mkdir -p $out $scratch/static
for library in lzma zstd deflate lz4 stdc++; do
  ln -sf "$(gcc -print-file-name=lib$library.a)" $scratch/static/
done
rm -rf $scratch/objects
mkdir $scratch/objects
(cd $scratch/objects && ar x "$built/libksym-objects.a")
${SWIFTC:-swiftc} -emit-library -static-stdlib -use-ld=lld -o $scratch/libksym.unstripped $scratch/objects/*.o \
  $(printf -- '-Xlinker %s ' --version-script=Library/ksym.map -soname=libksym.so.1 --gc-sections \
    -z nodelete -z defs -z relro -z now --as-needed --icf=all) \
  -L$scratch/static -llzma -lzstd -ldeflate -llz4 -lbz2 -lcrypto
strip --strip-unneeded -o $out/libksym.so.1.0.0 $scratch/libksym.unstripped
ln -sf libksym.so.1.0.0 $out/libksym.so.1
ln -sf libksym.so.1 $out/libksym.so
