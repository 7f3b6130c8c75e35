#!/bin/sh
# Everything for one Debian kernel: collects modules, makes variants, writes OUT_DIR/plan, asks the
# kernel, and leaves OUT_DIR.tsv beside OUT_DIR.
#
# With ORACLE_SHORT=1 only a few dozen rows are asked about.
#
# usage: debian.sh TREE OUT_DIR VARIANTS_TOOL     (TREE: an unpacked package root, see Scripts/fetch-kernels.sh)
set -eu

[ $# -eq 3 ] || { echo "usage: debian.sh TREE OUT_DIR VARIANTS_TOOL" >&2; exit 2; }
tree=$1 out=$2 tool=$3
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$out/variants"
plan=$out/plan

ask() {
  kernel=$(find "$tree/boot" "$tree/usr/lib/modules" -name 'vmlinuz*' 2>/dev/null | head -n 1)
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

# Full set on a module that exports nothing; parts of it on exporters and on an importer of namespaces.
"$here/collect.sh" "$tree" "$out" ts_kmp crc16 dummy cdrom sr_mod usb-common usbcore usb-storage uas \
  lz4_compress lz4 >"$plan"
deps() { awk -F'\t' -v id="base/$1" '$1 == id { print $3 }' "$plan"; }
have() { [ -e "$out/modules/$1.ko" ]; }
variants() { # variants NAME PREFIX...
  name=$1
  shift
  "$tool" "$out/modules/$name.ko" "$out" "$(deps "$name")" "$@" >>"$plan"
}
row() { printf '%s\t%s\t%s\t%s\n' "$1" "$2" "$3" "${4:-0}" >>"$plan"; }

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
