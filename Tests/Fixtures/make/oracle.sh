#!/bin/sh
# Makes ../oracle/NAME from what the oracle (Tests/Oracle) recorded of one kernel.
#
# usage: oracle.sh NAME OUT_DIR [TREE]       (KSYM: the command, for kernels of other architectures)
#
# OUT_DIR holds NAME.tsv, NAME-foreign.tsv and NAME/{modules,variants,foreign}, as Tests/Oracle makes
# them. TREE is the unpacked package of a Debian kernel (Scripts/fetch-kernels.sh); with it the facts
# of the kernel are kept too: banner, vermagic, size of the module structure, the options that the
# loader looks at, and those exports of vmlinux that the modules could mean.
# Needs: tar, xz, binutils, kmod.
set -eu

[ $# -ge 2 ] || { echo "usage: oracle.sh NAME OUT_DIR [TREE]" >&2; exit 2; }
name=$1 from=$2 tree=${3:-}
here=$(cd "$(dirname "$0")" && pwd)
to=$here/../oracle/$name
mkdir -p "$to"

# Columns: id, module, result, errno, deps, flags, log (taints are left out).
{
  cut -f 1-6,8 "$from/$name.tsv"
  [ ! -f "$from/$name-foreign.tsv" ] || tail -n +2 "$from/$name-foreign.tsv" | cut -f 1-6,8
} | xz -9e --check=crc32 >"$to/rows.tsv.xz"

cd "$from/$name"
{
  cut -f 2,5 "$from/$name.tsv"
  [ ! -f "$from/$name-foreign.tsv" ] || cut -f 2,5 "$from/$name-foreign.tsv"
} | tr '\t,' '\n\n' | grep '\.ko' | sort -u | while read -r file; do
  [ ! -f "$file" ] || echo "$file"
done >"$to/files"
tar --owner=0 --group=0 --numeric-owner --mtime=@0 --mode=644 --format=ustar -c -T "$to/files" |
  xz -9e --check=crc32 >"$to/modules.tar.xz"

if [ -n "$tree" ]; then
  image=$(find "$tree" -name 'vmlinu[xz]*' -type f | head -n 1)
  # boot/config-*, or the headers' .config
  config=$(find "$tree" \( -name 'config-*' -o -name .config \) -type f | head -n 1)
  original=$(find modules -name '*.ko' | head -n 1)
  # The kernel's own words, without the compiler's.
  version=$("${KSYM:-ksym}" kernel --json "$image" | sed -n 's/.*"banner":"Linux version \([^"]*\)".*/\1/p' |
    sed 's/ (debian-kernel@lists.debian.org) (.*) #/ (debian-kernel@lists.debian.org) #/')
  size=$(readelf -SW "$original" | sed -n 's/.*this_module *PROGBITS *[0-9a-f]* [0-9a-f]* \([0-9a-f]*\).*/\1/p')
  {
    printf 'banner\tLinux version %s\n' "$version"
    printf 'vermagic\t%s\n' "$(modinfo -F vermagic "$original")"
    printf 'structure\t%d\n' "0x$size"
  } >"$to/facts.tsv"
  grep -E '^(# )?CONFIG_(MOD|ARM_MODULE|ARM64_MODULE|ARM64_ERRATUM_843419|ARM_HAS_GROUP|THUMB2_KERNEL|CMODEL|DYNAMIC_FTRACE=|LIVEPATCH|STRICT_MODULE|CONSTRUCTORS|(MITIGATION_)?RETPOLINE|DEBUG_INFO_BTF|SECURITY_LOCKDOWN|KALLSYMS)' \
    "$config" >"$to/config"
  # Names in a string table may share their ends, so that strings alone does not show them all.
  {
    xargs strings -n 2 <"$to/files"
    xargs nm -p <"$to/files" 2>"$to/errors" | awk '{ print $NF }'
  } | LC_ALL=C sort -u >"$to/names"
  awk -F'\t' 'NR == FNR { known[$1]; next } $3 == "vmlinux" && $2 in known' \
    "$to/names" "$(find "$tree" -name Module.symvers | head -n 1)" | LC_ALL=C sort -k 2,2 >"$to/Module.symvers"
  rm "$to/names" "$to/errors"
fi
rm "$to/files"
