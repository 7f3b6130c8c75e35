#!/bin/sh
# Installs the Debian packages that a build needs and this machine lacks: the C libraries that ksym
# is linked with, statically, and the tools that the Swift package manager runs. Does nothing, and
# needs no network, where all are there.
#
#   install-dependencies.sh [PACKAGE...]     also these
set -eu
wanted="git ca-certificates pkg-config liblzma-dev libzstd-dev libdeflate-dev libbz2-dev liblz4-dev
  liblzo2-dev libssl-dev $*"

installed() {
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null || dpkg-query -W -f '${db:Status-Status}\n' "$1:$(dpkg --print-architecture)" 2>/dev/null)" = installed ]
}

command -v dpkg-query >/dev/null || {
  echo "install-dependencies: not a Debian machine; these must be there: $wanted" >&2
  exit 0
}
missing=
for package in $wanted; do
  installed "$package" || missing="$missing $package"
done
# pkgconf stands for pkg-config on later releases.
if [ -n "$missing" ] && command -v pkg-config >/dev/null; then
  missing=$(echo "$missing" | sed 's/ pkg-config\( \|$\)/\1/')
fi
[ -n "$(echo "$missing" | tr -d ' ')" ] || exit 0

as_root=
if [ "$(id -u)" != 0 ]; then
  command -v sudo >/dev/null || { echo "install-dependencies: as root: apt-get install$missing" >&2; exit 1; }
  as_root=sudo
fi
echo "Installing:$missing"
# shellcheck disable=SC2086
install() {
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing
}
# Package lists may be missing or old: refresh them only when the first try fails.
install 2>/dev/null || { $as_root apt-get -qq update && install; }
