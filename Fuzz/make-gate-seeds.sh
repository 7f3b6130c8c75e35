#!/bin/sh
# Makes the seeds of the gates: message, certificate, efi (from Tests/Fixtures/trust) and btf.
set -eu
cd "$(dirname "$0")/Seeds"
fixtures=../../Tests/Fixtures/trust
mkdir -p message certificate efi btf
cp "$fixtures"/*.p7 message/
cp "$fixtures"/*.der certificate/

# byte, half, word NUMBER...: little-endian
byte() { for n; do printf "$(printf '\\%03o' $((n & 255)))"; done; }
half() { for n; do byte "$n" $((n >> 8)); done; }
word() { for n; do half "$n" $((n >> 16)); done; }

# list GUID-IN-OCTAL FILE: an EFI signature list of one entry
list() {
  size=$(wc -c <"$2")
  printf "$1"
  word $((44 + size)) 0 $((16 + size)) 0 0 0 0
  cat "$2"
}
x509='\241\131\300\245\344\224\247\112\207\265\253\025\134\053\360\162'
sha256='\046\026\304\301\114\120\222\100\254\251\101\371\066\223\103\050'
body='\222\244\322\073\300\226\171\100\264\040\374\371\216\361\003\355'
printf 'a hash of 32 bytes, no more, see' >hash.tmp
list "$x509" "$fixtures/rsa.der" >efi/certificate.esl
{ list "$sha256" hash.tmp && list "$body" hash.tmp; } >efi/hashes.esl
printf '\0tbs:0011223344556677\0bin:ffeeddccbbaa9988\0' >efi/hashes.text

# blob STRINGS WORD...: a .BTF section; STRINGS with \0 as printf has it
blob() {
  strings=$1
  shift
  printf "$strings" >strings.tmp
  size=$(($# * 4))
  half 0xeb9f 1
  word 24 0 $size $size "$(wc -c <strings.tmp)" "$@"
  cat strings.tmp
}
# seed NAME FLAGS: the three sections after their lengths
seed() {
  { byte "$2" && half "$(wc -c <kernel.tmp)" "$(wc -c <base.tmp)" \
    && cat kernel.tmp base.tmp module.tmp; } >"btf/$1"
}
# int (1), struct task {int} (2), typedef number (3)
blob '\0int\0task\0number\0' 1 0x01000000 4 32 5 0x04000001 8 1 1 0 10 0x08000000 1 >kernel.tmp
: >base.tmp
# One of each kind after those of the kernel, whose strings have 17 bytes.
blob '\0one\0two\0' 0 0x02000000 2 0 0x03000000 0 1 1 4 18 0x04000001 8 22 1 0 \
  18 0x06000001 4 22 1 18 0x07000000 0 18 0x08000000 4 0 0x0a000000 4 18 0x0c000000 12 \
  0 0x0d000002 1 18 1 0 0 18 0x0e000000 1 1 18 0x0f000001 8 14 0 4 18 0x10000000 8 \
  18 0x11000000 1 0xffffffff 18 0x12000000 1 18 0x13000001 8 22 1 0 >module.tmp
for flags in 0 1 2 6 8 16; do seed "kinds-$flags" $flags; done
blob '\0task\0' 1 0x04000000 8 >base.tmp
blob '\0mine\0' 0 0x02000000 1 7 0x04000001 8 7 1 0 >module.tmp
seed distilled 2
seed distilled-wide 5
rm -f ./*.tmp
