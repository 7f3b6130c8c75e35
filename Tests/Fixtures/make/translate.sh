#!/bin/sh
# Records what real tools print of real kernels, for the tests of name translation, in
# Tests/Fixtures/translate.
#
#   translate.sh CORPUS      folders rust-ext, thinlto and livepatch, each with vmlinux, bzImage and
#                            modules (the corpus that KSYM_CORPUS names)
#
# Needs: nm, objdump, readelf, gcc, gdb, qemu-system-x86_64, llvm-cxxfilt, perl; perf and bpftrace where
# the running kernel allows them.
# Each record is cut to the lines around names that have more than one form.
set -eu
export LC_ALL=C
corpus=$(cd "${1:?usage: translate.sh CORPUS}" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
out=$here/../translate
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$out"
names='_R[CMXYNI]|\.llvm\.|\.isra\.|\.constprop\.|\.part\.|\.cold'

# keep NAME COUNT: lines of stdin around names, at most COUNT.
keep() { grep -aE -B1 "$names" | grep -v '^--$' | head -n "$2" >"$out/$1"; }
# Folders go from the texts.
nowhere() { sed "s|$corpus/||g"; }

echo "binutils" >&2
cd "$corpus"
nm thinlto/vmlinux | keep nm.txt 60
nm -S rust-ext/vmlinux | grep -E '_R[CMXYNI]|\.cold' | head -60 >"$out/nm-size.txt"
nm -f posix livepatch/vmlinux | keep nm-posix.txt 30
nm -f sysv rust-ext/modules/corpus_rust.ko | nowhere >"$out/nm-sysv.txt"
nm -A rust-ext/modules/corpus_rust.ko rust-ext/modules/corpus_warn.ko | nowhere | keep nm-files.txt 40
objdump -t thinlto/vmlinux | keep objdump-t.txt 60
objdump -dr rust-ext/modules/corpus_rust.ko | nowhere | keep objdump-dr.txt 120
objdump -r rust-ext/modules/corpus_rust.ko | nowhere | keep objdump-r.txt 60
objdump -d thinlto/vmlinux --start-address=0xffffffff81050000 --stop-address=0xffffffff81070000 |
  nowhere | keep objdump-d.txt 120
echo 'static __attribute__((noinline)) int f(int *a, int b) { return *a / b; }
int g(int *a) { return f(a, 7) + f(a + 1, 7); }' >"$work/sections.c"
gcc -O2 -ffunction-sections -c -o "$work/sections.o" "$work/sections.c"
{ objdump -h "$work/sections.o"; readelf -SW "$work/sections.o"; objdump -d "$work/sections.o"; } |
  sed "s|$work/||" | keep sections.txt 20

echo "the kernel's own lists" >&2
keep kallsyms.txt 60 <thinlto/guest/kallsyms.before
grep -aE '_R.*\[' rust-ext/guest/kallsyms.modules | head -n 40 >"$out/kallsyms-module.txt"
# What was written to the files, and what they showed, without the words of the recording.
for folder in thinlto rust-ext; do
  sed -E 's/^FILE [a-z_]* TEXT //; s/^ *(kprobe_events|error_log|filter|kprobes\/list): //' \
    $folder/kprobes.txt | grep -aE "$names" | head -n 60 >"$out/kprobes-$folder.txt"
done

# boot NAME KERNEL OPTIONS…: a kernel without a root file system panics, and prints the trace.
boot() {
  timeout 120 qemu-system-x86_64 -machine q35 -accel tcg -cpu max -m 512 -display none \
    -serial "file:$work/$1" -monitor none -no-reboot -nic none -kernel "$2" \
    -append "console=ttyS0 loglevel=4 nokaslr panic=-1 ftrace_dump_on_oops trace_buf_size=12k $3" \
    </dev/null || true
  tr -d '\r' <"$work/$1" | keep "$1" 80
}
echo "ftrace" >&2
boot ftrace-function.txt thinlto/bzImage 'ftrace=function ftrace_filter=*.llvm.*'
boot ftrace-stacks.txt thinlto/bzImage \
  'ftrace=function ftrace_filter=*.llvm.* trace_options=func_stack_trace'
boot ftrace-rust.txt rust-ext/bzImage 'ftrace=function ftrace_filter=_R*,*.isra.*,*.constprop.*'
boot ftrace-graph.txt thinlto/bzImage 'ftrace=function_graph ftrace_graph_filter=*.llvm.*'

echo "gdb" >&2
function=$(nm thinlto/vmlinux | sed -n 's/.* [tT] \(pci_[a-z_]*\.llvm\.[0-9]*\)$/\1/p' | head -n 1)
rust=$(nm rust-ext/vmlinux | sed -n 's/.* [tT] \(_RN[A-Za-z0-9_]*\)$/\1/p' | head -n 1)
{
  gdb -nx -batch -ex "info symbol '$function'" -ex "x/6i '$function'" \
    -ex "disassemble '$function'" -ex "info line *'$function'" -ex "info address '$function'" \
    thinlto/vmlinux 2>&1 | head -n 60
  gdb -nx -batch -ex 'set print asm-demangle off' -ex 'set print demangle off' \
    -ex "info symbol $rust" -ex "x/3i $rust" rust-ext/vmlinux 2>&1
} >"$out/gdb.txt"
# One that the kernel calls as it prints.
function=$(nm thinlto/vmlinux | sed -n 's/.* [tT] \(_prb_read_valid\.llvm\.[0-9]*\)$/\1/p')
qemu-system-x86_64 -machine q35 -accel tcg -cpu max -m 512 -display none -serial none \
  -monitor none -no-reboot -nic none -kernel thinlto/bzImage -append 'console=ttyS0 nokaslr panic=-1' \
  -gdb "unix:$work/gdb,server=on,wait=off" -S </dev/null &
qemu=$!
sleep 2
timeout 120 gdb -nx -batch -ex 'set pagination off' -ex "target remote $work/gdb" \
  -ex "hbreak *'$function'" -ex continue -ex 'bt 12' -ex 'info registers rip' -ex 'x/4i $pc' \
  thinlto/vmlinux >"$out/gdb-bt.txt" 2>&1 || true
kill $qemu 2>/dev/null || true

echo "perf" >&2
if perf record -q -o "$work/perf" -g -- sh -c 'i=0; while [ $i -lt 300 ]; do ls / >/dev/null; i=$((i+1)); done' 2>/dev/null
then
  perf script -i "$work/perf" 2>/dev/null | grep -a 'kernel.kallsyms' | keep perf-script.txt 60
  perf report -i "$work/perf" --stdio --no-children -g none 2>/dev/null |
    keep perf-report.txt 30
  perf report -i "$work/perf" --stdio --no-children -g caller 2>/dev/null |
    keep perf-chains.txt 60
else
  echo "perf cannot record here: its records are kept as they are" >&2
fi

echo "bpftrace" >&2
if timeout 8 sh -c 'while :; do find /proc /usr -name "x*"; ls -lR /usr/lib; done' >"$work/load" 2>&1 &
  timeout 60 bpftrace -q -e 'profile:hz:999 { @[kstack(6)] = count(); @f[ksym(reg("ip"))] = count();
    @p[kstack(perf, 4)] = count(); } interval:s:6 { exit(); }' >"$work/bpftrace" 2>/dev/null
then
  for map in '' f p; do
    awk -v map="@$map[" 'BEGIN { RS = "\n@" }
      { text = "@" $0 } index(text, map) == 1 && /\.(isra|constprop|part|cold)/ { print text }' \
      "$work/bpftrace" | head -n 50
  done >"$out/bpftrace.txt"
else
  echo "bpftrace cannot run here: its record is kept as it is" >&2
fi
wait

sh "$here/readable.sh"
ls -l "$out" >&2
