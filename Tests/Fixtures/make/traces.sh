#!/bin/sh
# Records call traces of real kernels, for the tests of name translation, in Tests/Fixtures/translate.
#
#   traces.sh CORPUS KERNELS
#
# CORPUS has the folders rust-ext, thinlto and livepatch with the logs of their boots (backtrace*.txt);
# KERNELS is the cache that Scripts/fetch-kernels.sh fills. Kernels of seven architectures are booted
# under qemu (Tests/Oracle/traces.sh), half a minute each at most.
set -eu
export LC_ALL=C
[ $# -eq 2 ] || { echo "usage: traces.sh CORPUS KERNELS" >&2; exit 2; }
corpus=$1 kernels=$2
here=$(cd "$(dirname "$0")" && pwd)
out=$here/../translate

# The words of the recording go.
said() { grep -av 'CORPUS-\|corpus_warn: loaded' ; }
sed -n '/rust_kernel: panicked at corpus_rust.rs:47/,/end trace/p' "$corpus/rust-ext/backtrace.txt" |
  said >"$out/oops-rust.txt"
sed -n '/BUG: kernel NULL/,/end trace/p' "$corpus/livepatch/backtrace.txt" | said >"$out/oops-gcc.txt"
sed -n '/cut here/,$p' "$corpus/thinlto/backtrace_llvm.txt" | said | head -n 92 >"$out/oops-thinlto.txt"

for label in amd64-7 i386-6.1 arm64-6.12 armhf-6.12 riscv64-6.12 s390x-6.12 ppc64el-6.12; do
  "$here/../../Oracle/traces.sh" "$kernels/$label" |
    sed -n '/sysrq: Show backtrace/,$p' >"$out/boot-$label.txt"
done
sh "$here/readable.sh"
