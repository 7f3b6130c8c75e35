#!/bin/sh
# Boots a real kernel under qemu with KASLR, dumps its memory as an ELF core and in makedumpfile's
# format, and compares the symbols that ksym reads from both with that boot's own /proc/kallsyms.
#
# usage: memory.sh TREE OUT_DIR KSYM
#
# TREE: an unpacked Debian package root (Scripts/fetch-kernels.sh). OUT_DIR receives vmcore.elf,
# vmcore.kdump and kallsyms; the dumps stay there only if KEEP is set.
# Needs: qemu-system-x86_64, gcc with a static libc, cpio, xz, python3 (to speak with qemu's monitor).
set -eu

[ $# -eq 3 ] || { echo "usage: memory.sh TREE OUT_DIR KSYM" >&2; exit 2; }
tree=$1 out=$2 ksym=$3
here=$(cd "$(dirname "$0")" && pwd)
temporary=$(mktemp -d)
emulator=
trap '[ -z "$emulator" ] || kill "$emulator" 2>/dev/null; rm -rf "$temporary"' EXIT INT TERM
mkdir -p "$out" "$temporary/root/dev" "$temporary/root/proc" "$temporary/root/sys"

kernel=$(find "$tree" -name 'vmlinuz*' | head -n 1)
gcc -static -O2 -Wall -Wextra -o "$temporary/root/init" "$here/guest-memory.c"
driver=$(find "$tree" -name 'qemu_fw_cfg.ko*' | head -n 1)
case $driver in
*.xz) xz -dc "$driver" >"$temporary/root/qemu_fw_cfg.ko" ;;
?*) cp "$driver" "$temporary/root/qemu_fw_cfg.ko" ;;
esac
(cd "$temporary/root" && find . | cpio --quiet -o -H newc -R 0:0 >"$temporary/initramfs")

qemu-system-x86_64 -machine q35 -accel tcg -cpu max -m "${ORACLE_MEMORY:-256}" -display none -no-reboot \
  -nic none -device vmcoreinfo -serial "file:$temporary/console" -debugcon "file:$out/kallsyms" \
  -monitor "unix:$temporary/monitor,server,nowait" -kernel "$kernel" -initrd "$temporary/initramfs" \
  -append 'console=ttyS0 no_timer_check quiet loglevel=1 kaslr panic=-1 random.trust_cpu=on' </dev/null &
emulator=$!
waited=0
until grep -aq '^@@READY' "$temporary/console" 2>/dev/null; do
  kill -0 "$emulator" 2>/dev/null && [ "$waited" -lt "${ORACLE_TIMEOUT:-600}" ] ||
    { echo "memory.sh: the guest did not get ready:" >&2; tail -n 20 "$temporary/console" >&2; exit 1; }
  sleep 1
  waited=$((waited + 1))
done
grep -a '^@@NOTE' "$temporary/console" >&2 || true

# say COMMAND...: gives qemu's monitor commands and waits until the last one is done.
say() {
  python3 - "$temporary/monitor" "$@" <<'END'
import socket, sys
monitor = socket.socket(socket.AF_UNIX)
monitor.connect(sys.argv[1])
def until_prompt():
    data = b""
    while not data.endswith(b"(qemu) "):
        piece = monitor.recv(65536)
        if not piece: break
        data += piece
until_prompt()
for command in sys.argv[2:]:
    monitor.sendall(command.encode() + b"\n")
    until_prompt()
END
}
say stop "dump-guest-memory $out/vmcore.elf" "dump-guest-memory -z $out/vmcore.kdump"
kill "$emulator"
wait "$emulator" 2>/dev/null || true
emulator=

status=0
# Of the addresses the low halves: a shell's numbers have a sign.
own=$(sed -n 's/^........\(........\) [Tt] _text$/\1/p' "$out/kallsyms" | head -n 1)
linked=$("$ksym" symbols --name _text "$kernel" | cut -c 9-16)
offset=$(printf '0x%x' $((0x$own - 0x$linked)))
grep -v '\[' "$out/kallsyms" >"$temporary/own"
"$ksym" symbols --format kallsyms --as-kernel "$kernel" >"$temporary/image"
count=$(wc -l <"$temporary/own")
for form in elf kdump; do
  "$ksym" symbols --format kallsyms --as-kernel "$out/vmcore.$form" >"$temporary/running"
  "$ksym" symbols --format kallsyms --as-kernel --kaslr undo "$out/vmcore.$form" >"$temporary/linked"
  told=$("$ksym" kernel "$out/vmcore.$form" | sed -n 's/^ *KASLR offset *\(0x[0-9a-f]*\).*/\1/p')
  if cmp "$temporary/own" "$temporary/running" && cmp "$temporary/image" "$temporary/linked" &&
    [ "$told" = "$offset" ]; then
    echo "$form: all $count symbols agree with /proc/kallsyms, offset $offset"
  else
    echo "$form: FAILED (offset told ${told:-none}, real $offset)"
    status=1
  fi
done
[ -n "${KEEP:-}" ] || rm -f "$out/vmcore.elf" "$out/vmcore.kdump"
exit "$status"
