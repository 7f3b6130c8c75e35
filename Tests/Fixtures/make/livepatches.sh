#!/bin/sh
# Makes ../livepatches/NAME from what a booted kernel said of livepatches.
#
# usage: livepatches.sh NAME KERNEL_DIR ROWS.tsv MODULES_DIR [ROWS.tsv MODULES_DIR]
#
# KERNEL_DIR holds vmlinux and System.map; ROWS.tsv is a table of Tests/Oracle, MODULES_DIR what its
# paths are relative to. Of the kernel's symbols only those of names that the livepatches use are
# kept, each with the next one, and those that bound its parts; of the fentry sites those between.
# Needs: tar, xz, binutils.
set -eu

[ $# -ge 4 ] || { echo "usage: livepatches.sh NAME KERNEL_DIR (ROWS MODULES)..." >&2; exit 2; }
name=$1 kernel=$2
here=$(cd "$(dirname "$0")" && pwd)
to=$here/../livepatches/$name
shift 2
mkdir -p "$to"
temporary=$(mktemp -d)
trap 'rm -rf "$temporary"' EXIT INT TERM
mkdir "$temporary/modules"

# Columns: id, module, result, errno, deps, flags, log (taints are left out).
head -n 1 "$1" | cut -f 1-6,8 >"$temporary/rows"
while [ $# -ge 2 ]; do
  rows=$1 from=$2
  shift 2
  awk -F'\t' '$2 ~ /klp/ && $3 != "result"' "$rows" | cut -f 1-6,8 >"$temporary/more"
  cat "$temporary/more" >>"$temporary/rows"
  { cut -f 2 "$temporary/more"; cut -f 5 "$temporary/more" | tr ',' '\n'; } | grep '\.ko$' | sort -u |
    (cd "$from" && cpio --quiet -pdm "$temporary/modules")
done
# The words of a crash end with its first line: the others are different at every boot.
awk -F'\t' -v OFS='\t' '$3 == "crashed" { sub(/ \\n .*/, "", $7) } { print }' "$temporary/rows" |
  xz -9e --check=crc32 >"$to/rows.tsv.xz"
(cd "$temporary/modules" && find . -name '*.ko' | sed 's,^\./,,' | LC_ALL=C sort >"$temporary/files" &&
  tar --owner=0 --group=0 --numeric-owner --mtime=@0 --mode=644 --format=ustar -c -T "$temporary/files") |
  xz -9e --check=crc32 >"$to/modules.tar.xz"

# Every string of the modules may be a name.
find "$temporary/modules" -name '*.ko' -exec strings -a {} + | tr ',' '\n' | sed 's/^\.klp\.sym\.[^.]*\.//' |
  sort -u >"$temporary/names"
awk 'FILENAME == ARGV[1] { wanted[$1] = 1; next }
  $3 ~ /^(_stext|_text|_etext|_end|_sinittext|_einittext|__init_begin|__init_end|__(start|stop)_mcount_loc)$/ ||
    $3 in wanted { print; address = $1; next }
  address != "" && $1 > address { print; address = "" }' "$temporary/names" "$kernel/System.map" >"$to/System.map"

# The table of sites: 64-bit numbers of this machine's byte order.
address() { awk -v name="$1" '$3 == name { print $1 }' "$kernel/System.map"; }
start=$(address __start_mcount_loc) stop=$(address __stop_mcount_loc)
readelf -SW "$kernel/vmlinux" | sed 's/^ *\[ *[0-9]*\] *//' |
  awk -v start="$start" '$3 <= start && $3 != "0000000000000000" && $2 == "PROGBITS" { found = $3 " " $4 } END { print found }' \
    >"$temporary/section"
read -r base offset <"$temporary/section"
# The shell's numbers have 63 bits.
start=${start#ffffffff} stop=${stop#ffffffff} base=${base#ffffffff}
skip=$((0x$offset + 0x$start - 0x$base))
od -An -tx8 -v -w8 -j "$skip" -N $((0x$stop - 0x$start)) "$kernel/vmlinux" | tr -d ' ' | sort >"$temporary/sites"
awk 'FILENAME == ARGV[1] { from[++count] = $1; name[count] = $3; next }
  { for (i = 1; i < count; i++) if ($1 >= from[i] && $1 < from[i + 1] && from[i + 1] != from[i]) { kept[i]++; if (kept[i] == 1) print } }' \
  "$to/System.map" "$temporary/sites" >"$to/sites"
wc -l "$to/System.map" "$to/sites"
