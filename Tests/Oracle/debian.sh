#!/bin/sh
# Everything for one Debian kernel: collects modules, makes variants, writes OUT_DIR/plan, asks the
# kernel, and leaves OUT_DIR.tsv beside OUT_DIR.
#
# With ORACLE_SHORT=1 only a few dozen rows are asked about. The architecture is what TREE's name begins
# with; for others than amd64 there are fewer modules, with all the damage there is to one of them.
#
# usage: debian.sh TREE OUT_DIR VARIANTS_TOOL     (TREE: an unpacked package root, see Scripts/fetch-kernels.sh)
set -eu

[ $# -eq 3 ] || { echo "usage: debian.sh TREE OUT_DIR VARIANTS_TOOL" >&2; exit 2; }
tree=$1 out=$2 tool=$3
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$out/variants"
plan=$out/plan
export ORACLE_MACHINE="${ORACLE_MACHINE:-$(basename "$tree")}"

ask() {
  kernel=$(find "$tree/boot" "$tree/usr/lib/modules" "$tree/lib/modules" \( -name 'vmlinu[xz]-*' -o -name vmlinuz \) \
    2>/dev/null | head -n 1)
  "$here/run.sh" "$kernel" "$out" "$plan" "$out.tsv"
}

if [ -n "${ORACLE_SHORT:-}" ]; then
  "$here/collect.sh" "$tree" "$out" ts_kmp usb-common usbcore usb-storage uas >"$plan"
  uas=$(awk -F'\t' '$1 == "base/uas" { print $3 }' "$plan")
  "$tool" "$out/modules/ts_kmp.ko" "$out" "" vers- magic- elf-type elf-magic this- license- sym-unknown >>"$plan"
  "$tool" "$out/modules/uas.ko" "$out" "$uas" ns- >>"$plan"
  printf 'D/uas-nodeps\tmodules/uas.ko\t\t0\n' >>"$plan"
  ask
  exit 0
fi

variants() { # variants NAME PREFIX...
  name=$1
  shift
  "$tool" "$out/modules/$name.ko" "$out" "$(deps "$name")" "$@" >>"$plan"
}
deps() { awk -F'\t' -v id="base/$1" '$1 == id { print $3 }' "$plan"; }
have() { [ -e "$out/modules/$1.ko" ]; }
row() { printf '%s\t%s\t%s\t%s\n' "$1" "$2" "$3" "${4:-0}" >>"$plan"; }

if ! case $ORACLE_MACHINE in amd64*) true ;; *) false ;; esac; then
  "$here/collect.sh" "$tree" "$out" ts_kmp ts_bm dummy cdrom lz4_compress lz4 nls_utf8 >"$plan"
  variants ts_kmp
  variants dummy license- sym-proprietary vers- unsigned arch- magic- reloc-
  for exporter in lz4_compress cdrom; do
    ! have "$exporter" || variants "$exporter" exp- unsigned reloc-
  done
  if have lz4 && have lz4_compress; then
    variants lz4 vers- license-proprietary
    for damage in exp-nocrc exp-crcchanged exp-proprietary exp-unsorted unsigned; do
      file=variants/lz4_compress-$damage.ko
      [ ! -e "$out/$file" ] || for importer in modules/lz4 variants/lz4-vers-crcwrong variants/lz4-vers-missing \
        variants/lz4-license-proprietary; do
        [ ! -e "$out/$importer.ko" ] || row "D/${importer##*/}+lz4_compress-$damage" "$importer.ko" "$file"
      done
    done
    row D/lz4-nodeps modules/lz4.ko ""
  fi
  row E/same modules/ts_kmp.ko modules/ts_kmp.ko
  for damage in wx-text sym-unknown magic-nosmp license-proprietary name-changed this-othername; do
    row "E/ts_kmp-$damage" "variants/ts_kmp-$damage.ko" modules/ts_kmp.ko
  done
  ask
  exit 0
fi

# Full set on a module that exports nothing; parts of it on exporters and on an importer of namespaces.
"$here/collect.sh" "$tree" "$out" ts_kmp crc16 dummy cdrom sr_mod usb-common usbcore usb-storage uas \
  lz4_compress lz4 >"$plan"

variants ts_kmp
variants crc16 exp- unsigned this- vers- license-proprietary symtab-size0 sym-proprietary strtab- reloc- flag-
variants dummy license- sym-proprietary vers- intree many unsigned sym-several magic-
variants cdrom exp- unsigned
variants usb-common exp- unsigned
variants uas ns- license-proprietary vers- sig- name- unsigned flag- this-othername
have lz4_compress && variants lz4_compress exp- unsigned
have lz4 && variants lz4 vers- exp- license-proprietary

# An exporter changed, and the importer that meets it.
others=$(deps sr_mod | sed 's|,*modules/cdrom.ko||')
for damage in exp-nocrc exp-crcchanged exp-proprietary exp-noflags exp-flagsgpl exp-unsorted unsigned; do
  file=variants/cdrom-$damage.ko
  [ -e "$out/$file" ] && row "D/sr_mod+cdrom-$damage" modules/sr_mod.ko "$others,$file"
  file=variants/usb-common-$damage.ko
  [ -e "$out/$file" ] && row "D/usbcore+usb-common-$damage" modules/usbcore.ko "$file"
  file=variants/lz4_compress-$damage.ko
  if [ -e "$out/$file" ]; then
    for importer in modules/lz4 variants/lz4-vers-crcwrong variants/lz4-vers-missing variants/lz4-license-proprietary; do
      [ -e "$out/$importer.ko" ] && row "D/${importer##*/}+lz4_compress-$damage" "$importer.ko" "$file"
    done
  fi
done
row D/sr_mod-nocdrom modules/sr_mod.ko "$others"
row D/uas-nodeps modules/uas.ko ""
row D/crc16-exp-dupmodule-loaded variants/crc16-exp-dupmodule.ko modules/crc16.ko
row D/cdrom-exp-dupmodule-loaded variants/cdrom-exp-dupmodule.ko modules/cdrom.ko

# The same name twice.
row E/same modules/ts_kmp.ko modules/ts_kmp.ko
for damage in wx-text vers-missing sym-unknown magic-nosmp license-proprietary name-changed this-othername; do
  file=variants/ts_kmp-$damage.ko
  [ -e "$out/$file" ] && row "E/ts_kmp-$damage" "$file" modules/ts_kmp.ko
done

# Compressed, for the kernel to unpack.
base=$out/modules/ts_kmp.ko
xz -9 --check=crc32 --lzma2=dict=1MiB -c "$base" >"$out/variants/ts_kmp-crc32.ko.xz"
xz -c "$base" >"$out/variants/ts_kmp-crc64.ko.xz"
gzip -9nc "$base" >"$out/variants/ts_kmp.ko.gz"
zstd -qc "$base" >"$out/variants/ts_kmp.ko.zst"
head -c 2000 "$out/variants/ts_kmp-crc32.ko.xz" >"$out/variants/ts_kmp-cut.ko.xz"
xz --check=crc32 --lzma2=dict=1MiB -c "$out/variants/ts_kmp-sym-unknown.ko" >"$out/variants/ts_kmp-unknown.ko.xz"
for file in ts_kmp-crc32.ko.xz ts_kmp-crc64.ko.xz ts_kmp.ko.gz ts_kmp.ko.zst ts_kmp-cut.ko.xz ts_kmp-unknown.ko.xz; do
  row "C/$file" "variants/$file" "" 4
done
row C/plain-xz variants/ts_kmp-crc32.ko.xz "" 0

ask
