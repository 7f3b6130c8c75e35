#!/bin/sh
# Tests the C library, libksym-names and the Python package as programs use them: what they export, hostile
# arguments and random calls (plain and under AddressSanitizer), threads, examples in C, Python and Rust,
# answers beside those of the command. `make library` and `make build` come before.
#
#   KSYM=command check.sh
set -eu
cd "$(dirname "$0")/.."
ksym=${KSYM:-.build-release/release/ksym}
lib=$PWD/.build-library/lib
names=$PWD/.build-library/names
headers=Library/CKsym/include
kernels=Tests/Fixtures/kernels/rust-ext
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LD_LIBRARY_PATH="$lib" PYTHONPATH=Library/Python PYTHONDONTWRITEBYTECODE=1
passed=0

# pass WORDS: counts a test that did not end the script.
pass() { echo "  $1"; passed=$((passed + 1)); }

fail() { echo "check-library: $1" >&2; exit 1; }

has() { command -v "$1" >/dev/null; }

exported() { nm -D --defined-only "$1" | awk '$2 != "A" { sub("@@", "@", $3); print $3 }' | LC_ALL=C sort; }

has_names=
[ ! -e "$names/libksym-names.a" ] || has_names=1

# libksym-names: size, needs, hostile arguments, and the names of the command.
check_names() {
  for file in libksym-names.a libksym-names.so.1; do
    size=$(stat -L -c %s "$names/$file")
    [ "$size" -lt 262144 ] || fail "$file has $size bytes"
  done
  undefined=$(nm -u "$names/ksym-names.o" | awk '{ print $2 }' | LC_ALL=C sort | tr '\n' ' ')
  [ "$undefined" = "__stack_chk_fail free posix_memalign strlen " ] || fail "libksym-names needs $undefined"
  pass "libksym-names has $size bytes and needs libc only"

  compile names Library/Tests/names.c "$names/libksym-names.a"
  compile names-shared Library/Tests/names.c -L"$names" -lksym-names -Wl,-rpath,"$names"
  compile names-static Library/Tests/names.c "$names/libksym-names.a" -static
  compile names-asan Library/Tests/names.c "$names/libksym-names.a" -fsanitize=address,undefined
  for program in names names-shared names-static names-asan; do
    "$work/$program" hostile >"$work/log" 2>&1 || { cat "$work/log"; fail "$program"; }
  done
  pass "libksym-names takes hostile arguments: archive, shared, static, sanitised"

  "$ksym" exports --format symvers $kernels/bzImage >"$work/symvers"
  sh Benchmarks/make-rust-names.sh "$work/symvers" 100000 >"$work/list"
  "$ksym" translate --lines "$work/list" >"$work/readable" || fail "ksym translate"
  "$work/names" <"$work/list" | cmp - "$work/readable"
  pass "$(wc -l <"$work/list") names are those of the command"
}

# What is exported, and needed.
{
  echo libksym.so.1
  exported "$lib/libksym.so.1"
  echo libksym-names.so.1
  if [ -n "$has_names" ]; then exported "$names/libksym-names.so.1"; else grep '^ksymn_' Library/ksym.symbols; fi
} >"$work/symbols"
diff Library/ksym.symbols "$work/symbols" || fail "what is exported differs from Library/ksym.symbols"
pass "exported symbols are those of Library/ksym.symbols"
needed=$(readelf -d "$lib/libksym.so.1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | LC_ALL=C sort | tr '\n' ' ')
[ "$needed" = "ld-linux-x86-64.so.2 libbz2.so.1.0 libc.so.6 libcrypto.so.3 libgcc_s.so.1 libm.so.6 " ] ||
  [ "$(uname -m)" != x86_64 ] || fail "libksym needs $needed"
size=$(stat -L -c %s "$lib/libksym.so.1")
[ "$size" -lt 12000000 ] || fail "libksym has $size bytes"
pass "libksym has $size bytes and needs no Swift"

# The headers.
for header in $headers/ksym.h Library/Names/include/ksym_names.h; do
  for compiler in "gcc -std=c99 -xc" "clang -std=c99 -xc" "g++ -xc++" "clang++ -std=c++11 -xc++"; do
    has "${compiler%% *}" || continue
    $compiler -Wall -Wextra -pedantic -Werror -fsyntax-only -include "$header" /dev/null ||
      fail "$compiler rejects $header"
  done
done
pass "the headers are C99 and C++ for every compiler here"

# Programs. compile OUTPUT SOURCE [OPTION...]
compile() {
  output=$1 source=$2
  shift 2
  gcc -std=c11 -g -O1 -Wall -Wextra -pedantic -Werror -I$headers -ILibrary/Names/include "$source" \
    -o "$work/$output" "$@"
}
kernel="$kernels/bzImage $kernels/config $kernels/modules/corpus_min.ko"
compile hostile Library/Tests/hostile.c -L"$lib" -lksym
# shellcheck disable=SC2086
"$work/hostile" $kernel >"$work/log" || { cat "$work/log"; fail "hostile arguments"; }
pass "hostile arguments are errors"
compile hostile-asan Library/Tests/hostile.c -L"$lib" -lksym -fsanitize=address,undefined
# shellcheck disable=SC2086
"$work/hostile-asan" $kernel >"$work/log" 2>&1 || { cat "$work/log"; fail "hostile arguments, sanitised"; }
pass "hostile arguments under AddressSanitizer, nothing leaks"
KSYM_FUZZ_FILES=$(sh Library/Tests/fuzz-files.sh)
export KSYM_FUZZ_FILES
compile fuzz Library/Tests/fuzz.c -DSEEDED -L"$lib" -lksym -fsanitize=address,undefined
"$work/fuzz" 1 20000 >"$work/log" 2>&1 || { cat "$work/log"; fail "random programs of calls"; }
pass "20,000 random programs of calls under AddressSanitizer"
compile threads Library/Tests/threads.c -L"$lib" -lksym -pthread
# shellcheck disable=SC2086
"$work/threads" $kernel >"$work/log" || { cat "$work/log"; fail "threads"; }
pass "eight threads share handles"
compile handles Library/Tests/handles.c Library/CKsym/handles.c -pthread -fsanitize=thread
"$work/handles" >"$work/log" 2>&1 || { cat "$work/log"; fail "handles under ThreadSanitizer"; }
pass "handles are held and closed by eight threads, under ThreadSanitizer"

# The examples give the same.
example="$kernels/bzImage $kernels/modules/rnull_mod.ko 0xffffffff81000100"
compile verdict-c Library/Examples/verdict.c -L"$lib" -lksym
# shellcheck disable=SC2086
"$work/verdict-c" $example >"$work/expected"
if has rustc; then
  rustc -O -o "$work/verdict-rust" Library/Examples/verdict.rs -L "$lib" -l ksym
  # shellcheck disable=SC2086
  "$work/verdict-rust" $example | cmp - "$work/expected"
  pass "the example in Rust"
fi
if has python3; then
  # shellcheck disable=SC2086
  KSYM_LIBRARY_PATH=$lib/libksym.so.1 python3 Library/Examples/verdict.py $example | cmp - "$work/expected"
  pass "the example in Python"
  KSYM_LIBRARY_PATH=$lib/libksym.so.1 python3 -m unittest -q Library/Python/tests/test_ksym.py 2>"$work/log" ||
    { cat "$work/log"; fail "the Python package"; }
  pass "the Python package"
  if [ -n "${KSYM_VMCORE:-}" ]; then
    # KSYM_PYTHON has drgn; KSYM_KERNEL may name the image of the dump's kernel.
    KSYM_LIBRARY_PATH=$lib/libksym.so.1 "${KSYM_PYTHON:-python3}" Library/Python/tests/test_drgn.py 2>"$work/log" ||
      { cat "$work/log"; fail "the plugin of drgn"; }
    pass "the plugin of drgn"
  fi
fi

# The command's answers.
"$ksym" check --json -k $kernels/bzImage --config $kernels/config $kernels/modules $kernels/variants \
  2>/dev/null >"$work/command" || :
cat >"$work/check.py" <<'END'
import json, sys, ksym
kernels, expected = sys.argv[1:]
checker = ksym.Checker(f"{kernels}/bzImage", config=f"{kernels}/config")
answers = [one for one in checker.check([f"{kernels}/modules", f"{kernels}/variants"]) if "error" not in one]
assert answers == [json.loads(line) for line in open(expected)], "verdicts differ"
print(len(answers))
END
if has python3; then
  count=$(KSYM_LIBRARY_PATH=$lib/libksym.so.1 python3 "$work/check.py" $kernels "$work/command")
  pass "$count verdicts are those of the command"
fi
[ -z "$has_names" ] || check_names
# As every runner of tests ends.
echo "$passed passed, 0 failed"
