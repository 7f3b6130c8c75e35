#!/bin/sh
# Computes the versions and symtypes of a kernel's build again, and compares them with what gendwarfksyms
# wrote there.
#
# usage: kernel-types.sh KSYM BUILD
#   KSYM    the command
#   BUILD   a tree that was built with CONFIG_GENDWARFKSYMS and make KBUILD_SYMTYPES=1
#
# Prints each object whose symtypes or versions differ, and the counts; status 1 if one differs.
set -eu
ksym=$(realpath "$1")
cd "$2"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
ln -s "$ksym" "$work/ksym-gendwarfksyms"
count=0
differing=0
find . -name '*.symtypes' >"$work/files"
while read -r symtypes; do
  stem=${symtypes%.symtypes}
  object=$stem.o
  command=$(dirname "$stem")/.$(basename "$stem").o.cmd
  # The exports of Rust's crates and helpers are what they define; those of assembly are described by
  # an object beside it.
  case $stem in
    ./rust/*) nm -p --defined-only "$object" |
      awk '$2 ~ /^[TRDB]$/ && $3 !~ /__(pfx|cfi|odr_asan)/ { print $3 }' >"$work/list" ;;
    *) nm "$object" | sed -n 's/.* __export_symbol_//p' >"$work/list" ;;
  esac
  [ ! -e "$stem.gendwarfksyms.o" ] || object=$stem.gendwarfksyms.o
  "$work/ksym-gendwarfksyms" --symtypes "$work/symtypes" "$object" \
    <"$work/list" >"$work/versions" 2>"$work/errors" || cat "$work/errors"
  grep '^#SYMVER' "$work/versions" | sort >"$work/ours" || :
  grep '^#SYMVER' "$command" | sort >"$work/theirs" || :
  count=$((count + 1))
  if ! cmp -s "$work/symtypes" "$symtypes" || ! cmp -s "$work/ours" "$work/theirs"; then
    differing=$((differing + 1))
    echo "differs: $object"
  fi
done <"$work/files"
echo "$count objects, $differing differ"
[ "$differing" -eq 0 ]
