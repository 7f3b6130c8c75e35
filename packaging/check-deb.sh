#!/bin/sh
# Installs the Debian package into a clean Debian 12 made by debootstrap, and runs the command there:
# no Swift, no library beyond the base system. Needs root and a Debian mirror.
#
#   check-deb.sh PACKAGE.deb [FOLDER=a temporary one]
set -eu
package=${1:?usage: check-deb.sh PACKAGE.deb [FOLDER]}
fixtures=$(cd "$(dirname "$0")/../Tests/Fixtures/kernels/rust-ext" && pwd)
folder=${2:-$(mktemp -d)}
mirror=$(sed -n 's/^URIs: *//p' /etc/apt/sources.list.d/debian.sources 2>/dev/null | head -n 1)

[ -x "$folder/bin/sh" ] || debootstrap --variant=minbase bookworm "$folder" ${mirror:+"$mirror"}
rm -rf "$folder/tmp/ksym"
mkdir -p "$folder/tmp/ksym"
cp "$package" "$folder/tmp/ksym/ksym.deb"
cp -r "$fixtures/bzImage" "$fixtures/config" "$fixtures/modules" "$folder/tmp/ksym/"
# Nothing of /proc is needed.
chroot "$folder" sh -euc '
  cd /tmp/ksym
  dpkg -i ksym.deb
  ksym --version
  ksym versions modules/rust_minimal.ko
  ksym check -k bzImage --config config modules/rust_minimal.ko
  dpkg -r ksym
  test ! -e /usr/bin/ksym'
echo "check-deb: $package runs on a clean Debian $(cat "$folder/etc/debian_version")."
