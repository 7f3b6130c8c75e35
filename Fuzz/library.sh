#!/bin/sh
# Fuzzes the functions of the C library with libFuzzer and AddressSanitizer: Library/Tests/fuzz.c reads its input
# as a program of calls. `make library` comes before; clang has to have libFuzzer.
#
# usage: Fuzz/library.sh [SECONDS | FILE]
set -eu
cd "$(dirname "$0")/.."
seconds=${1:-60}
work=$PWD/Fuzz/work
lib=$PWD/.build-library/lib
mkdir -p "$work/corpus/library" "$work/findings/library"
${CLANG:-clang} -g -O1 -fsanitize=fuzzer,address -ILibrary/CKsym/include Library/Tests/fuzz.c \
  -L"$lib" -lksym -Wl,-rpath,"$lib" -o "$work/fuzz-library" 2>/dev/null
KSYM_FUZZ_FILES=$(sh Library/Tests/fuzz-files.sh)
export KSYM_FUZZ_FILES
[ ! -f "$seconds" ] || exec "$work/fuzz-library" -timeout=10 "$seconds"
exec "$work/fuzz-library" -max_total_time="$seconds" -max_len=4096 -rss_limit_mb=2048 -timeout=10 \
  -print_final_stats=1 -artifact_prefix="$work/findings/library/" "$work/corpus/library"
