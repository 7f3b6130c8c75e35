#!/bin/sh
# Makes Tests/Fixtures/types again: types.sh GENKSYMS [GENDWARFKSYMS]
# GENKSYMS is scripts/genksyms/genksyms of a kernel tree (Debian: linux-kbuild-6.1), GENDWARFKSYMS is
# scripts/gendwarfksyms/gendwarfksyms.
set -eu

genksyms=${1:?the genksyms program}
cd "$(dirname "$0")/../types"

"$genksyms" -T genksyms/t.symtypes <genksyms/t.c >genksyms/t.symver

gendwarfksyms=${2:-}
[ -n "$gendwarfksyms" ] || exit 0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tar -xf dwarf.tar.xz -C "$work"
for object in "$work"/obj/*.o; do
  name=$(basename "$object" .o)
  list=$work/out/$name.syms
  nm -p "$object" | awk '$(NF-1) ~ /^[TDBRVWCUu]$/ {print $NF}' | LC_ALL=C sort -u >"$list"
  for mode in plain stable; do
    out=$work/out/$name.$mode
    [ -e "$out.symver" ] || continue
    option=
    [ $mode = plain ] || option=--stable
    "$gendwarfksyms" $option -T "$out.symtypes" "$object" <"$list" >"$out.symver" 2>"$out.warn"
    [ -s "$out.warn" ] || rm -f "$out.warn"
    [ ! -e "$out.dies" ] ||
      "$gendwarfksyms" $option --dump-dies "$object" <"$list" 2>"$out.dies" >/dev/null
  done
done
tar --sort=name --owner=0 --group=0 --mtime=2026-01-01 -cf - -C "$work" . | xz -9 >dwarf.tar.xz
