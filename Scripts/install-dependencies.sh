#!/bin/sh
# Installs the Debian packages that a build needs and this machine lacks: the C libraries that ksym
# is linked with, statically, and what the Swift toolchain runs and loads. Does nothing, and
# needs no network, where all are there.
#
#   install-dependencies.sh [PACKAGE...]     also these
set -eu
wanted="git ca-certificates pkg-config liblzma-dev libzstd-dev libdeflate-dev libbz2-dev liblz4-dev
  libssl-dev $*"

installed() {
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null || dpkg-query -W -f '${db:Status-Status}\n' "$1:$(dpkg --print-architecture)" 2>/dev/null)" = installed ]
}

command -v dpkg-query >/dev/null || {
  echo "install-dependencies: not a Debian machine; these must be there: $wanted" >&2
  exit 0
}
missing=
# What the Swift toolchain itself needs, asked by its effect: package names differ by release.
tools=$(dirname "$(command -v swift || echo /usr/bin/swift)")
if ldd "$tools/swift-build" "$tools/swift-frontend" 2>/dev/null | grep -q 'not found'; then
  missing=" libncurses6 libsqlite3-0 libxml2 libcurl4"
fi
ls /usr/lib/gcc/*/*/crtbeginT.o >/dev/null 2>&1 && command -v ld.gold >/dev/null || missing="$missing g++"
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
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
}
# Package lists may be missing or old: refresh them only when the first try fails.
install 2>/dev/null || { $as_root apt-get -qq update && install; }
