#!/bin/sh
# Unpacks modules of a kernel tree, with everything they depend on, and prints a plan of them.
#
# usage: collect.sh TREE OUT_DIR MODULE...     (TREE: an unpacked package root; names as in modinfo)
#
# Writes OUT_DIR/modules/NAME.ko and prints one plan row for each: id, module, deps in load order, 0.
# Needs: find, xz, gzip, zstd, modinfo (kmod).
set -eu

[ $# -ge 3 ] || { echo "usage: collect.sh TREE OUT_DIR MODULE..." >&2; exit 2; }
tree=$1 out=$2
shift 2
mkdir -p "$out/modules"

unpacked() { # unpacked NAME: the module's path under OUT_DIR, fetched from the tree if need be
  target=$out/modules/$1.ko
  if [ ! -e "$target" ]; then
    pattern=$(printf %s "$1" | sed 's/[-_]/[-_]/g')
    file=$(find "$tree" -path '*/kernel/*' -name "$pattern.ko*" | head -n 1)
    case $file in
    *.xz) xz -dc "$file" >"$target" ;;
    *.gz) gzip -dc "$file" >"$target" ;;
    *.zst) zstd -qdc "$file" >"$target" ;;
    ?*) cp "$file" "$target" ;;
    *) return 1 ;;
    esac
  fi
  echo "$target"
}

needs() { # needs NAME: its dependencies, deepest first (may repeat); a missing one is builtin
  depends=$(modinfo -F depends "$(unpacked "$1")" 2>/dev/null | tr ',' ' ')
  for dependency in $depends; do
    (unpacked "$dependency" >/dev/null) || continue
    (needs "$dependency")
    echo "$dependency"
  done
}

for name in "$@"; do
  unpacked "$name" >/dev/null || { echo "collect.sh: no module $name in $tree" >&2; continue; }
  deps=$(needs "$name" | awk '!seen[$0]++ { printf "%smodules/%s.ko", n++ ? "," : "", $0 }')
  printf 'base/%s\tmodules/%s.ko\t%s\t0\n' "$name" "$name" "$deps"
done
