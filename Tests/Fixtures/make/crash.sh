#!/bin/sh
# Records what crash prints of a dump of a real kernel, for the tests of name translation, in
# Tests/Fixtures/translate/crash.txt.
#
#   crash.sh VMLINUX VMCORE
#
# VMLINUX has debug data (usr/lib/debug/boot of Debian's linux-image-…-dbg), VMCORE is a dump of the same
# kernel (KEEP=1 Tests/Oracle/memory.sh). Needs: crash. The record is of Debian's 6.1.176-1.
set -eu
export LC_ALL=C
[ $# -eq 2 ] || { echo "usage: crash.sh VMLINUX VMCORE" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
timeout 300 crash -s "$1" "$2" >"$here/../translate/crash.txt" 2>&1 <<'EOF'
sym topa_alloc.constprop.0
sym set_bringup_idt_handler.constprop.0
dis topa_alloc.constprop.0 4
dis -r ct_kernel_exit.constprop.0+10
dis ct_kernel_exit.constprop.0 | grep callq
bt
bt -t
bt -T
rd -s ffffffff9f003e60 8
timer | head -n 8
quit
EOF
sh "$here/readable.sh"
