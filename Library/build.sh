#!/bin/sh
# Builds the C library: .build-library/lib/libksym.so.1.0.0 with its links. It contains Swift's runtime, and
# needs libc, libcrypto and libbz2.
set -eu
cd "$(dirname "$0")/.."
scratch=.build-library
out=$scratch/lib
version=$(sed -n 's/^    version: "\(.*\)",$/\1/p' Sources/ksym/Ksym.swift)
swift=${SWIFT:-swift}

# Nothing uses regular expressions, which are 5 MB.
KSYM_LIBRARY=1 $swift build -c release --scratch-path $scratch --product ksym-objects \
  -Xswiftc -static-stdlib -Xswiftc -cross-module-optimization \
  -Xswiftc -Xfrontend -Xswiftc -disable-implicit-string-processing-module-import \
  -Xswiftc -Xfrontend -Xswiftc -function-sections \
  -Xcc -DKSYM_VERSION="\"$version\"" -Xcc -ffunction-sections

# lld takes shared libraries before static ones, so it gets a directory with only the static ones.
mkdir -p $out $scratch/static
for library in lzma zstd deflate lz4 stdc++; do
  ln -sf "$(gcc -print-file-name=lib$library.a)" $scratch/static/
done
rm -rf $scratch/objects
mkdir $scratch/objects
(cd $scratch/objects && ar x ../release/libksym-objects.a)
${SWIFTC:-swiftc} -emit-library -static-stdlib -use-ld=lld -o $scratch/libksym.unstripped $scratch/objects/*.o \
  $(printf -- '-Xlinker %s ' --version-script=Library/ksym.map -soname=libksym.so.1 --gc-sections \
    -z nodelete -z defs -z relro -z now --as-needed --icf=all) \
  -L$scratch/static -llzma -lzstd -ldeflate -llz4 -lbz2 -lcrypto
strip --strip-unneeded -o $out/libksym.so.1.0.0 $scratch/libksym.unstripped
ln -sf libksym.so.1.0.0 $out/libksym.so.1
ln -sf libksym.so.1 $out/libksym.so
