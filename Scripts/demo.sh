#!/bin/sh
# Shows what ksym is for, on the kernel and modules that are shipped with the project: a small Linux
# 7.3 with Rust, and modules that it loads and refuses. Exits 0 when ksym answers as it should.
set -eu
cd "$(dirname "$0")/.."
ksym=${KSYM:-.build-release/release/ksym}
fixtures=Tests/Fixtures/kernels/rust-ext
failed=0

[ -e "$fixtures/bzImage" ] || { echo "demo: $fixtures/bzImage is missing" >&2; exit 1; }

# ask EXPECTED-STATUS ARGUMENT...: runs ksym as a user would, and compares its exit status.
ask() {
  expected=$1
  shift
  printf '\n$ ksym'
  printf ' %s' "$@"
  printf '\n'
  status=0
  (cd "$fixtures" && "$ksym" "$@") || status=$?
  printf '(exit status %s)\n' "$status"
  if [ "$status" != "$expected" ]; then
    echo "demo: exit status $expected was expected" >&2
    failed=1
  fi
}

# first PATTERN: the first fixture of that name, relative to the fixtures.
first() { (cd "$fixtures" && find . -name "$1" | sort | head -n 1 | cut -c 3-); }

case $ksym in /*) ;; *) ksym=$PWD/$ksym ;; esac
rust=$(first 'rnull_mod.ko*')
exporter=$(first 'corpus_exp.ko*')
wrong_crc=$(first 'min-ext-crcwrong.ko*')
wrong_namespace=$(first 'imp-ns-none.ko*')

echo "A Rust module: the versions it requires, readable, in both layouts."
ask 0 versions "$rust"
echo
echo "Will the kernel load it? No boot, no root, no Module.symvers: the answer comes from bzImage."
ask 0 check -k bzImage --config config "$rust"
echo
echo "A module built against another kernel, and one that does not import a namespace."
ask 1 check -k bzImage --config config --with "$exporter" --no-deps "$wrong_crc" "$wrong_namespace"
exit "$failed"
