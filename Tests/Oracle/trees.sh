#!/bin/sh
# Asks ksym about whole trees of kernels: all modules must load on their own kernel with nothing
# assumed, and the exports of image and modules must be the lines of the packaged Module.symvers.
#
# usage: trees.sh KSYM [LABEL...]        (default: every tree of the cache of `make kernels`)
#
# KSYM_KERNELS is the cache (default ${XDG_CACHE_HOME:-~/.cache}/ksym/kernels). Exit status: 0 all agree.
set -eu
export LC_ALL=C.UTF-8

[ $# -ge 1 ] || { echo "usage: trees.sh KSYM [LABEL...]" >&2; exit 2; }
ksym=$1 cache=${KSYM_KERNELS:-${XDG_CACHE_HOME:-$HOME/.cache}/ksym/kernels}
shift
[ $# -gt 0 ] || set -- $(cd "$cache" && ls)
temporary=$(mktemp -d)
trap 'rm -rf "$temporary"' EXIT INT TERM
status=0
for label in "$@"; do
  tree=$cache/$label
  "$ksym" check -k "$tree" "$tree" >"$temporary/check" 2>&1 || true
  said=$(grep ' modules on ' "$temporary/check" || true)
  case $said in
  *refused* | *undecided* | *crash* | *unreadable* | '') status=1 ;;
  esac
  ! grep -q '^assumed' "$temporary/check" || { status=1; said="$said; $(grep '^assumed' "$temporary/check")"; }
  symvers=$(find "$tree" -name Module.symvers | head -n 1)
  if [ -n "$symvers" ]; then
    "$ksym" exports --format symvers "$tree" 2>"$temporary/errors" | sort >"$temporary/own"
    if sort "$symvers" | cmp -s - "$temporary/own"; then
      said="$said; $(wc -l <"$temporary/own") exports equal"
    else
      status=1 said="$said; exports differ: $(sort "$symvers" | diff - "$temporary/own" | grep -c '^[<>]') lines"
    fi
  fi
  echo "$label: $said"
done
exit "$status"
