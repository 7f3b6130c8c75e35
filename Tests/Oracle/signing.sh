#!/bin/sh
# Asks a Debian kernel that enforces signatures about modules that ksym convert rewrote and signed.
#
# usage: signing.sh TREE OUT_DIR KSYM     (TREE: an unpacked package root, see Scripts/fetch-kernels.sh)
#
# Debian's kernels verify modules by the keys of the UEFI variable db, too. A key made for the
# occasion is put there, and the kernel is booted by OVMF with module.sig_enforce=1. Rows K/... are
# about keys and digests, which ksym check does not judge; what the kernel says of them is compared
# with what kernel/module/signing.c and crypto/asymmetric_keys say. If there is a sign-file of the
# kernel's (linux-kbuild-*, or $KSYM_SIGN_FILE), its signatures are compared byte for byte.
#
# Exit status: 0 all as expected, 1 not, 2 trouble, 3 left out: a program is missing.
# Debian packages needed, besides those of run.sh: ovmf, efitools, openssl.
set -eu

[ $# -eq 3 ] || { echo "usage: signing.sh TREE OUT_DIR KSYM" >&2; exit 2; }
tree=$1 out=$2 ksym=$3
here=$(cd "$(dirname "$0")" && pwd)
firmware=${ORACLE_OVMF:-/usr/share/OVMF}
for program in openssl cert-to-efi-sig-list flash-var; do
  command -v "$program" >/dev/null || {
    echo "signing.sh: $program is missing (Debian: apt-get install ovmf efitools openssl): left out" >&2
    exit 3
  }
done
[ -e "$firmware/OVMF_CODE_4M.fd" ] || {
  echo "signing.sh: no $firmware/OVMF_CODE_4M.fd (Debian: apt-get install ovmf): left out" >&2
  exit 3
}
mkdir -p "$out/keys" "$out/converted"
keys=$out/keys
status=0
wrong() {
  echo "signing.sh: $*" >&2
  status=1
}

for name in known stranger; do
  openssl req -x509 -newkey rsa:2048 -nodes -keyout "$keys/$name.pem" -out "$keys/$name.x509" \
    -subj "/CN=ksym oracle: $name" -days 3650 2>/dev/null
done
openssl x509 -in "$keys/known.x509" -outform der -out "$keys/known.der"
# The same issuer and serial number as the known one's, but another key.
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$keys/posing.pem" -out "$keys/posing.x509" \
  -subj "/CN=ksym oracle: known" -days 3650 2>/dev/null \
  -set_serial "0x$(openssl x509 -in "$keys/known.x509" -noout -serial | cut -d= -f2)"
cert-to-efi-sig-list -g 6b73796d-6f72-6163-6c65-000000000001 "$keys/known.x509" "$keys/db.esl"
cp "$firmware/OVMF_VARS_4M.fd" "$keys/variables.fd"
flash-var -t '2026-01-01 00:00:00' "$keys/variables.fd" db "$keys/db.esl" >/dev/null

"$here/collect.sh" "$tree" "$out" ts_kmp crc16 dummy cdrom usb-common >"$out/plan"
row() { printf '%s\t%s\t\t0\n' "$1" "$2" >>"$out/plan"; }
# made ID MODULE OPTION...: a row of a converted module
made() {
  id=$1 module=$2
  shift 2
  if "$ksym" convert "$@" -o "$out/converted/${id##*/}.ko" "$module" >/dev/null; then
    row "$id" "converted/${id##*/}.ko"
  else
    wrong "$id is not converted"
  fi
}
base=$out/modules/ts_kmp.ko
known="$keys/known.pem $keys/known.x509"
for name in ts_kmp crc16 dummy cdrom usb-common; do
  for target in both extended none; do
    # shellcheck disable=SC2086
    made "V/$name-$target" "$out/modules/$name.ko" --to $target --sign $known
  done
done
made V/der "$base" --to both --sign "$keys/known.pem" "$keys/known.der"
for hash in sha384 sha512; do
  # shellcheck disable=SC2086
  made "V/$hash" "$base" --to both --hash $hash --sign $known
done
# There and back, with the old signature: what Debian signed.
"$ksym" convert --to both --drop-signature -o "$out/converted/between.ko" "$base" >/dev/null
made V/restored "$out/converted/between.ko" --to basic --signature-from "$base"
for name in ts_kmp crc16 dummy; do
  made "V/$name-unsigned" "$out/modules/$name.ko" --to both --drop-signature
done
made K/stranger "$base" --to both --sign "$keys/stranger.pem" "$keys/stranger.x509"
made K/posing "$base" --to both --sign "$keys/posing.pem" "$keys/posing.x509"

# changed ID MODULE OFFSET: a copy with one byte changed
changed() {
  cp "$2" "$out/converted/${1##*/}.ko"
  printf '\252' | dd of="$out/converted/${1##*/}.ko" bs=1 seek="$3" conv=notrunc 2>/dev/null
  row "$1" "converted/${1##*/}.ko"
}
signed=$out/converted/ts_kmp-both.ko
size=$(wc -c <"$signed")
changed K/content "$signed" 300
changed K/signature "$signed" $((size - 60))
# The new tables with the old signature.
old=$("$ksym" convert --to basic --drop-signature -o - "$base" | wc -c)
{ cat "$out/converted/ts_kmp-unsigned.ko" && tail -c +$((old + 1)) "$base"; } >"$out/converted/stale.ko"
row K/stale converted/stale.ko

# The kernel's own program.
sign_file=${KSYM_SIGN_FILE:-$(find /usr/lib -path '*linux-kbuild-*/scripts/sign-file' 2>/dev/null | sort | tail -n 1)}
if [ -n "$sign_file" ]; then
  count=0
  for hash in sha256 sha384 sha512; do
    for module in "$out"/converted/*-unsigned.ko; do
      "$sign_file" $hash "$keys/known.pem" "$keys/known.x509" "$module" "$out/theirs.ko"
      # shellcheck disable=SC2086
      "$ksym" convert --to both --hash $hash --sign $known -o "$out/ours.ko" "$module" >/dev/null
      cmp "$out/theirs.ko" "$out/ours.ko" || wrong "$module, $hash: not what $sign_file makes"
      count=$((count + 1))
    done
  done
  echo "signing.sh: $count signatures compared with those of $sign_file" >&2
else
  echo "signing.sh: no sign-file (linux-kbuild-*): comparison with it left out" >&2
fi

kernel=$(find "$tree/boot" "$tree/usr/lib/modules" -name 'vmlinuz*' 2>/dev/null | head -n 1)
flash="-drive if=pflash,format=raw,readonly=on,file=$firmware/OVMF_CODE_4M.fd"
ORACLE_QEMU="$flash -drive if=pflash,format=raw,file=$keys/variables.fd" \
  ORACLE_APPEND="module.sig_enforce=1 ${ORACLE_APPEND:-}" "$here/run.sh" "$kernel" "$out" "$out/plan" "$out.tsv"

# said ID RESULT ERRNO TEXT: what the kernel must have said
said() {
  awk -F '\t' -v id="$1" -v result="$2" -v errno="$3" -v text="$4" '
    $1 == id { found = $3 == result && $4 == errno && index($8, text) == 1 }
    END { exit !found }' "$out.tsv" || wrong "$1: $(awk -F '\t' -v id="$1" '$1 == id' "$out.tsv")"
}
said K/stranger refused EKEYREJECTED "Loading of module with unavailable key is rejected"
said K/posing refused EKEYREJECTED ""
said K/content refused EKEYREJECTED ""
said K/signature refused EKEYREJECTED ""
said K/stale refused EKEYREJECTED ""
exit $status
