#!/bin/sh
# Makes Tests/Fixtures/trust with OpenSSL: certificates, and signatures of `data` as the kernel's
# scripts/sign-file makes them (detached, without attributes and certificates) and in other forms.
# Each run makes new keys; the expectations of the tests hold for all.
#
#   trust.sh DIRECTORY
set -eu
out=${1:?a directory}
mkdir -p "$out"
keys=$(mktemp -d)
trap 'rm -rf "$keys"' EXIT

certificate() { # NAME, then the arguments that make a key
  name=$1
  shift
  openssl req -x509 -new -nodes -days 36500 -subj "/O=ksym/CN=$name" -keyout "$keys/$name.pem" \
    -out "$keys/$name.crt" -sha256 -addext subjectKeyIdentifier=hash "$@" 2>/dev/null
  openssl x509 -in "$keys/$name.crt" -outform DER -out "$out/$name.der"
}
certificate rsa -newkey rsa:2048
certificate p256 -newkey ec -pkeyopt ec_paramgen_curve:P-256
certificate stranger -newkey rsa:2048
certificate odd -newkey rsa:2560
certificate rsa-1024 -newkey rsa:1024
cp "$keys/rsa.crt" "$out/rsa.pem"

# Two certificates of one key and one name.
certificate before -newkey ec -pkeyopt ec_paramgen_curve:P-256
openssl req -x509 -new -days 36500 -subj /O=ksym/CN=before -key "$keys/before.pem" -sha256 \
  -addext subjectKeyIdentifier=hash -outform DER -out "$out/renewed.der"

# Certificates that others sign.
printf 'subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n' >"$keys/extensions"
issue() { # NAME BY
  openssl req -new -nodes -newkey rsa:2048 -subj "/CN=$1" -keyout "$keys/$1.pem" \
    -out "$keys/$1.csr" 2>/dev/null
  openssl x509 -req -extfile "$keys/extensions" -in "$keys/$1.csr" -CA "$keys/$2.crt" \
    -CAkey "$keys/$2.pem" -days 36500 -CAcreateserial -out "$keys/$1.crt" 2>/dev/null
}
issue leaf rsa
issue issued before

# Certificates of authorities and others, by what their keys are for.
mkdir -p "$out/authorities"
authority() { # NAME CA USAGE [EXTENSION]
  certificate "authorities-$1" -newkey ec -pkeyopt ec_paramgen_curve:P-256 \
    -addext "basicConstraints=critical,CA:$2" -addext "keyUsage=$3" ${4:+-addext "$4"}
  mv "$out/authorities-$1.der" "$out/authorities/$1.der"
}
authority signs TRUE keyCertSign
authority signs-both TRUE keyCertSign,digitalSignature
authority nine-bits TRUE keyCertSign,decipherOnly
authority data TRUE digitalSignature
authority nobody FALSE keyCertSign
# An authority key identifier with two names: a host, and a directory name.
authority names TRUE keyCertSign \
  2.5.29.35=DER:301e800401020304a113820161a40e300c310a300806035504030c0162820105

printf 'what is signed' >"$out/data"
sign() { # FILE SIGNER, then options
  file=$1 signer=$2
  shift 2
  openssl cms -sign -binary -in "$out/data" -outform DER -out "$out/$file.p7" -md sha256 \
    -signer "$keys/$signer.crt" -inkey "$keys/$signer.pem" "$@"
}
sign rsa rsa -noattr -nocerts
sign p256 p256 -noattr -nocerts
sign rsa-1024 rsa-1024 -noattr -nocerts
sign stranger stranger -noattr -nocerts
sign by-key-id rsa -noattr -nocerts -keyid
sign attributes rsa -nocerts -nosmimecap
sign content rsa -noattr -nocerts -nodetach
sign leaf leaf -noattr
sign before before -noattr -nocerts
sign issued issued -noattr

# Signatures on P-384: point, digest and signature in hexadecimal, a line each.
hexadecimal() { od -An -v -tx1 | tr -d ' \n'; }
for key in 1 2 3 4; do
  openssl ecparam -name secp384r1 -genkey -noout -out "$keys/curve.pem"
  point=$(openssl ec -in "$keys/curve.pem" -pubout -outform DER 2>/dev/null | tail -c 97 | hexadecimal)
  for digest in sha1 sha224 sha256 sha384; do
    printf '%s-%s' "$key" "$digest" | openssl dgst "-$digest" -binary >"$keys/digest"
    openssl pkeyutl -sign -inkey "$keys/curve.pem" -in "$keys/digest" -out "$keys/signature"
    echo "$point $(hexadecimal <"$keys/digest") $(hexadecimal <"$keys/signature")"
  done
done >"$out/p384-signatures"
