#!/bin/sh
# Asks a Debian kernel about its gates: signatures on a machine that verifies what it starts, or that is
# locked down, and the types (BTF) of modules.
#
# usage: gates.sh TREE OUT_DIR KSYM secure-boot|lockdown|types
#
# secure-boot  a key made for the occasion is in the UEFI variable db, and signs the kernel, which is booted
#              by OVMF with Secure Boot on; its variables are left in OUT_DIR.efivars
# lockdown     the same variables without Secure Boot, and lockdown=integrity
# types        modules without a signature whose .BTF is damaged in one place each
# OUT_DIR.ask has the options for ksym check.
#
# Exit status: 0 done, 2 trouble, 3 left out: a program is missing.
# Debian packages needed, besides those of run.sh: ovmf, efitools, sbsigntool, openssl.
set -eu

[ $# -eq 4 ] || { echo "usage: gates.sh TREE OUT_DIR KSYM secure-boot|lockdown|types" >&2; exit 2; }
tree=$1 out=$2 ksym=$3 mode=$4
here=$(cd "$(dirname "$0")" && pwd)
firmware=${ORACLE_OVMF:-/usr/share/OVMF}
mkdir -p "$out/keys" "$out/made"
keys=$out/keys
kernel=$(find "$tree/boot" "$tree/usr/lib/modules" -name 'vmlinuz*' 2>/dev/null | head -n 1)
row() { printf '%s\t%s\t\t0\n' "$1" "$2" >>"$out/plan"; }
# convert ID MODULE OPTION...: a row of a converted module
convert() {
  id=$1 module=$2
  shift 2
  "$ksym" convert "$@" -o "$out/made/${id##*/}.ko" "$module" >/dev/null || exit 2
  row "$id" "made/${id##*/}.ko"
}
# change ID FILE OFFSET BYTE: a row of a copy with one byte (in octal) changed
change() {
  cp "$2" "$out/made/${1##*/}.ko"
  printf "\\$4" | dd of="$out/made/${1##*/}.ko" bs=1 seek="$3" conv=notrunc 2>/dev/null
  row "$1" "made/${1##*/}.ko"
}

if [ "$mode" = types ]; then
  "$here/collect.sh" "$tree" "$out" ts_kmp dummy >"$out/plan"
  for name in ts_kmp dummy; do
    convert "T/$name-unsigned" "$out/modules/$name.ko" --to none --drop-signature
    plain=$out/made/$name-unsigned.ko
    start=$(readelf -SW "$plain" | sed -n 's/^ *\[ *[0-9]*\] \.BTF  *PROGBITS  *[0-9a-f]* \([0-9a-f]*\) .*/\1/p')
    start=$((0x$start))
    # Each field of the header, then the words of the first types.
    for place in 0 2 3 4 8 12 16 20; do change "T/$name-header-$place" "$plain" $((start + place)) 7; done
    for place in 24 28 31 32 36 40 43 44 48 52 55 56; do
      change "T/$name-type-$place" "$plain" $((start + place)) 377
    done
  done
  "$here/run.sh" "$kernel" "$out" "$out/plan" "$out.tsv"
  printf '%s\n' -k "$tree" >"$out.ask"
  exit 0
fi

for program in openssl cert-to-efi-sig-list flash-var sbsign; do
  command -v "$program" >/dev/null || {
    echo "gates.sh: $program is missing (Debian: apt-get install ovmf efitools sbsigntool openssl): left out" >&2
    exit 3
  }
done
[ -e "$firmware/OVMF_CODE_4M.fd" ] || {
  echo "gates.sh: no $firmware/OVMF_CODE_4M.fd (Debian: apt-get install ovmf): left out" >&2
  exit 3
}
for name in known stranger; do
  openssl req -x509 -newkey rsa:2048 -nodes -keyout "$keys/$name.pem" -out "$keys/$name.x509" \
    -subj "/CN=ksym oracle: $name" -days 3650 2>/dev/null
done
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$keys/posing.pem" -out "$keys/posing.x509" \
  -subj "/CN=ksym oracle: known" -days 3650 2>/dev/null \
  -set_serial "0x$(openssl x509 -in "$keys/known.x509" -noout -serial | cut -d= -f2)"
cert-to-efi-sig-list -g 6b73796d-6f72-6163-6c65-000000000001 "$keys/known.x509" "$keys/db.esl"
cp "$firmware/OVMF_VARS_4M.fd" "$keys/variables.fd"
variables=db
[ "$mode" != secure-boot ] || variables='PK KEK db'
for variable in $variables; do
  flash-var -t '2026-01-01 00:00:00' "$keys/variables.fd" "$variable" "$keys/db.esl" >/dev/null
done

"$here/collect.sh" "$tree" "$out" ts_kmp crc16 dummy >"$out/plan"
known="$keys/known.pem $keys/known.x509"
for name in ts_kmp crc16 dummy; do
  module=$out/modules/$name.ko
  convert "S/$name-unsigned" "$module" --to both --drop-signature
  for hash in sha256 sha384 sha512; do
    # shellcheck disable=SC2086
    convert "S/$name-$hash" "$module" --to both --hash $hash --sign $known
  done
  convert "S/$name-stranger" "$module" --to both --sign "$keys/stranger.pem" "$keys/stranger.x509"
  convert "S/$name-posing" "$module" --to both --sign "$keys/posing.pem" "$keys/posing.x509"
  signed=$out/made/$name-sha256.ko
  change "S/$name-content" "$signed" 300 252
  change "S/$name-signature" "$signed" $(($(wc -c <"$signed") - 60)) 252
done

rm -rf "$out.efivars"
mkdir "$out.efivars"
secure=0
[ "$mode" != secure-boot ] || secure=1
{ printf '\047\0\0\0' && cat "$keys/db.esl"; } >"$out.efivars/db-d719b2cb-3d3a-4596-a3bc-dad00e67656f"
printf "\\006\\0\\0\\0\\00$secure" >"$out.efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
printf '%s\n' -k "$tree" --efivars "$out.efivars" >"$out.ask"
append=
if [ "$mode" = secure-boot ]; then
  sbsign --key "$keys/known.pem" --cert "$keys/known.x509" --output "$keys/vmlinuz" "$kernel" 2>/dev/null
  kernel=$keys/vmlinuz
else
  append=lockdown=integrity
  printf '%s\n' --lockdown integrity >>"$out.ask"
fi
flash="-drive if=pflash,format=raw,readonly=on,file=$firmware/OVMF_CODE_4M.fd"
ORACLE_QEMU="$flash -drive if=pflash,format=raw,file=$keys/variables.fd" \
  ORACLE_APPEND="$append ${ORACLE_APPEND:-}" "$here/run.sh" "$kernel" "$out" "$out/plan" "$out.tsv"
