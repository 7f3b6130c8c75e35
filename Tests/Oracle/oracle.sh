#!/bin/sh
# Asks real kernels about modules and damaged copies of them, and compares every verdict, errno and
# log line with ksym check.
#
# usage: oracle.sh [OUT_DIR]        (default .build-oracle)
#
# KSYM_KERNELS     the cache of `make kernels` (default ${XDG_CACHE_HOME:-~/.cache}/ksym/kernels)
# ARCH             the architecture, by Debian's name (default amd64)
# ORACLE_KERNELS   labels of its kernels to boot (default: those of 6.12, 6.1, 5.10 and 7 of ARCH)
# ORACLE_SIGNING   labels of those to boot with signatures enforced (default: amd64-6.12 for amd64)
# ORACLE_GATES     labels and modes of gates.sh (default: amd64-6.12:secure-boot, amd64-6.12:lockdown and
#                  amd64-7:types for amd64)
# KSYM_CORPUS      a folder of folders with bzImage, config and modules/ to boot too
# ORACLE_SHORT=1   a few dozen rows of each Debian kernel only
set -eu

here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."
out=${1:-.build-oracle}
cache=${KSYM_KERNELS:-${XDG_CACHE_HOME:-$HOME/.cache}/ksym/kernels}
arch=${ARCH:-amd64}
set -- "$arch"
. "$here/machine.sh"
for program in "qemu-system-${qemu%% *}" "$compiler" cpio modinfo xz; do
  command -v "$program" >/dev/null || {
    echo "oracle: $program is missing; on Debian: apt-get install qemu-system cpio gcc libc6-dev kmod xz-utils zstd, and a cross compiler" >&2
    exit 2
  }
done
swift build ${SWIFT_FLAGS:-} --product oracle-variants
swift build ${SWIFT_FLAGS:-} --product ksym
tool=$PWD/.build/debug/oracle-variants
ksym=$PWD/.build/debug/ksym
mkdir -p "$out"
out=$(cd "$out" && pwd)
rm -f "$out"/*.tsv "$out"/*.ask

asked=0
for label in ${ORACLE_KERNELS:-$arch-6.12 $arch-6.1 $arch-5.10 $arch-7}; do
  tree=$cache/$label
  if [ ! -d "$tree" ]; then
    echo "oracle: $label is not in $cache (make kernels fetches it); left out" >&2
    continue
  fi
  rm -rf "${out:?}/$label"
  "$here/debian.sh" "$tree" "$out/$label" "$tool"
  printf '%s\n' -k "$tree" >"$out/$label.ask"
  asked=$((asked + 1))
done
[ "$arch" = amd64 ] || ORACLE_SIGNING= ORACLE_GATES= KSYM_CORPUS=
for gate in ${ORACLE_GATES-amd64-6.12:secure-boot amd64-6.12:lockdown amd64-7:types}; do
  tree=$cache/${gate%:*} name=${gate%:*}-${gate##*:}
  if [ ! -d "$tree" ]; then
    echo "oracle: ${gate%:*} is not in $cache (make kernels fetches it); left out" >&2
    continue
  fi
  rm -rf "${out:?}/$name"
  code=0
  "$here/gates.sh" "$tree" "$out/$name" "$ksym" "${gate##*:}" || code=$?
  case $code in
  0) asked=$((asked + 1)) ;;
  3) ;;
  *) exit "$code" ;;
  esac
done
for label in ${ORACLE_SIGNING-amd64-6.12}; do
  tree=$cache/$label
  if [ ! -d "$tree" ]; then
    echo "oracle: $label is not in $cache (make kernels fetches it); signatures left out" >&2
    continue
  fi
  rm -rf "${out:?}/$label-signing"
  code=0
  "$here/signing.sh" "$tree" "$out/$label-signing" "$ksym" || code=$?
  case $code in
  0)
    printf '%s\n' -k "$tree" --assume MODULE_SIG_FORCE=y --keys "$out/$label-signing/keys/known.der" \
      >"$out/$label-signing.ask"
    ;;
  3) continue ;;
  *) exit "$code" ;;
  esac
  asked=$((asked + 1))
done
for folder in ${KSYM_CORPUS:+"$KSYM_CORPUS"/*/}; do
  [ -e "$folder/bzImage" ] || continue
  name=$(basename "$folder")
  rm -rf "${out:?}/$name"
  "$here/corpus.sh" "$folder" "$out/$name" "$tool"
  printf '%s\n' -k "${folder}bzImage" --config "${folder}config" >"$out/$name.ask"
  # Options for what a kernel's image does not show, KEY=VALUE a line.
  [ ! -e "$folder/assume" ] || sed 's/^/--assume\n/' "$folder/assume" >>"$out/$name.ask"
  asked=$((asked + 1))
  rm -rf "${out:?}/$name-convert"
  "$here/convert.sh" "$folder" "$out/$name-convert" "$ksym"
  cp "$out/$name.ask" "$out/$name-convert.ask"
done
[ "$asked" -gt 0 ] || { echo "oracle: no kernel to ask" >&2; exit 2; }
KSYM_ORACLE_RESULTS=$out swift test --disable-xctest ${SWIFT_FLAGS:-} --filter OracleRunTests
