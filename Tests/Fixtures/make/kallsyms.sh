#!/bin/sh
# Makes the assembly texts of Tests/Fixtures/kallsyms again, with the kernel's own program.
#
# usage: kallsyms.sh RELEASE PROGRAM      RELEASE is 6.12, 7.2 or 7.3; PROGRAM its scripts/kallsyms
#        (Debian: /usr/lib/linux-kbuild-VERSION/scripts/kallsyms of the package linux-kbuild-VERSION)
set -eu
release=$1 program=$2
cd "$(dirname "$0")/../kallsyms"
run() {
  name=$1
  shift
  if [ "$release" = 6.12 ]; then
    # 6.12 knows no place-relative tables.
    for option; do
      shift
      [ "$option" = --pc-relative ] || set -- "$@" "$option"
    done
  fi
  "$program" "$@" "$name.map" >"$name.v$release.S" 2>"$name.stderr"
  [ -s "$name.stderr" ] || rm "$name.stderr"
}
run case1-order --all-symbols --pc-relative
run case2-ranges
run case3-tokens --all-symbols
run case4-markers --all-symbols --pc-relative
run case5-long --all-symbols --pc-relative
run case6-empty --all-symbols --pc-relative
