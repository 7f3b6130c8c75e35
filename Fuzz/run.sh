#!/bin/sh
# Fuzzes ksym's parsers with libFuzzer and AddressSanitizer.
#
# usage: Fuzz/run.sh [TARGET] [SECONDS]
#   TARGET   one of the directories of Fuzz/Seeds, or all (the default)
#   SECONDS  how long to fuzz each target (default 60)
#
# New inputs are kept in Fuzz/work/corpus/TARGET; what makes a target fail lands in
# Fuzz/work/findings/TARGET, and the exit status is 1. A finding is run again by
# Fuzz/run.sh TARGET FILE. KSYM_FUZZ_NO_BUILD=1 skips the build.
set -eu
cd "$(dirname "$0")/.."
target=${1:-all}
seconds=${2:-60}
scratch=.build-fuzz

if [ "$target" != all ] && [ ! -d "Fuzz/Seeds/$target" ]; then
  echo "Fuzz/run.sh: no such target: $target; there are: $(ls Fuzz/Seeds | tr '\n' ' ')" >&2
  exit 64
fi
if [ -z "${KSYM_FUZZ_NO_BUILD:-}" ]; then
  KSYM_FUZZ=1 swift build -c release --scratch-path "$scratch" --product ksym-fuzz \
    -Xswiftc -sanitize=fuzzer,address
fi
binary=$scratch/release/ksym-fuzz
# libFuzzer and the sanitizer report; Swift's own backtraces of a failure can take minutes.
export SWIFT_BACKTRACE=enable=no

fuzz() {
  mkdir -p "Fuzz/work/corpus/$1" "Fuzz/work/findings/$1"
  KSYM_FUZZ_TARGET=$1 ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1 "$binary" \
    -max_total_time="$seconds" -rss_limit_mb=2048 -timeout=10 -max_len=24576 -use_value_profile=0 \
    -print_final_stats=1 -artifact_prefix="Fuzz/work/findings/$1/" \
    "Fuzz/work/corpus/$1" "Fuzz/Seeds/$1"
}

if [ -f "$seconds" ]; then
  KSYM_FUZZ_TARGET=$target ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1 "$binary" \
    -rss_limit_mb=2048 -timeout=10 "$seconds"
  exit
fi
status=0
for name in $(if [ "$target" = all ]; then ls Fuzz/Seeds; else echo "$target"; fi); do
  echo "== $name"
  fuzz "$name" || status=1
done
exit $status
