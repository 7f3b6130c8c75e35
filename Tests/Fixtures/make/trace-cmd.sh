#!/bin/sh
# Records what trace-cmd reports of a real kernel, for the tests of name translation, in
# Tests/Fixtures/translate/trace-cmd.txt.
#
#   trace-cmd.sh KERNELS     (the cache that Scripts/fetch-kernels.sh fills; boots amd64-6.12)
#
# Needs: trace-cmd, busybox (static), qemu-system-x86_64, cpio. Takes a minute and a half.
set -eu
export LC_ALL=C
kernel=$(find "${1:?usage: trace-cmd.sh KERNELS}/amd64-6.12/boot" -name 'vmlinuz-*')
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root
mkdir -p "$root/bin" "$root/proc" "$root/sys" "$root/dev" "$root/tmp"
cp "$(command -v busybox)" "$(command -v trace-cmd)" "$root/bin/"
for library in $(ldd "$(command -v trace-cmd)" | grep -o '/[^ ]*'); do
  mkdir -p "$root$(dirname "$library")"
  cp -L "$library" "$root$library"
done
cp -r --parents /usr/lib/*/traceevent "$root/"
cat >"$root/init" <<'EOF'
#!/bin/busybox sh
b() { /bin/busybox "$@"; }
trace() { /bin/trace-cmd "$@"; }
b mount -t proc proc /proc
b mount -t sysfs sysfs /sys
b mount -t tracefs tracefs /sys/kernel/tracing
b mount -t devtmpfs dev /dev
cd /tmp
show() { b echo "@@"; trace report -i "$1" 2>/dev/null | b tail -n +2 | b head -n "$2"; }
trace record -q -p function -l '*.isra.*' -l '*.part.*' -o a /bin/busybox ls -lR /sys/bus >/dev/null 2>&1
show a 30
trace record -q -p function --func-stack -l do_anonymous_page -l '*.isra.*' -o c /bin/busybox ls / >/dev/null 2>&1
show c 40
trace record -q -p function_graph -g '*.isra.*' --max-graph-depth 4 -o g /bin/busybox ls / >/dev/null 2>&1
show g 60
b echo "@@"
b grep -m 6 -E 'isra|constprop' /sys/kernel/tracing/available_filter_functions
b echo "@@END"
b poweroff -f
EOF
chmod +x "$root/init"
(cd "$root" && find . | cpio --quiet -o -H newc -R 0:0 >"$work/initramfs")
timeout 300 qemu-system-x86_64 -machine q35 -accel tcg -cpu max -m 768 -display none \
  -serial "file:$work/log" -monitor none -no-reboot -nic none -kernel "$kernel" \
  -initrd "$work/initramfs" -append 'console=ttyS0 no_timer_check quiet loglevel=1 panic=-1 nokaslr' \
  </dev/null || true
tr -d '\r' <"$work/log" | sed -n '/^@@/,/^@@END/p' | grep -v '^@@' >"$here/../translate/trace-cmd.txt"
sh "$here/readable.sh"
