#!/bin/sh
# Builds the kernel's own scripts/kallsyms of several releases from Debian's linux-source packages.
#
# usage: fetch-kallsyms.sh [CACHE]        (default ${XDG_CACHE_HOME:-~/.cache}/ksym/kallsyms)
#
# Result: CACHE/<release>/kallsyms for 6.12, and for each 7.x that the archive has today (built with
# gcc -O2), with its source beside it. Only scripts/ of a package is kept.
set -eu

cache=${1:-${KSYM_KALLSYMS:-${XDG_CACHE_HOME:-$HOME/.cache}/ksym/kallsyms}}
root=$cache/.apt
suites='trixie trixie-backports sid experimental'
architectures=amd64
here=$(cd "$(dirname "$0")" && pwd)
. "$here/debian-archive.sh"

# build SUITE PATTERN: the newest matching package's scripts/kallsyms.
build() {
  package=$(newest "$1" amd64 "$2")
  if [ -z "$package" ]; then
    echo "fetch-kallsyms: no package $2 in $1 today; left out" >&2
    return 0
  fi
  release=${package#linux-source-}
  tree=$cache/$release
  [ ! -x "$tree/kallsyms" ] || return 0
  rm -rf "$tree"
  mkdir -p "$tree"
  (cd "$tree" && private_apt apt-get -qq download "$package/$1") ||
    { echo "fetch-kallsyms: cannot download $package" >&2; return 0; }
  dpkg-deb --fsys-tarfile "$tree"/*.deb | tar -x -O --wildcards './usr/src/linux-source-*.tar.xz' |
    xz -dc | tar -x -C "$tree" --strip-components=1 --wildcards --no-wildcards-match-slash \
      'linux-source-*/scripts/kallsyms.c' 'linux-source-*/scripts/include'
  rm -f "$tree"/*.deb
  gcc -O2 -I "$tree/scripts/include" -o "$tree/kallsyms" \
    "$tree/scripts/kallsyms.c"
  echo "$package: $tree/kallsyms"
}

# Fetching lists only where something is missing lets a filled cache do without a network.
[ -x "$cache/6.12/kallsyms" ] && [ -n "$(find "$cache" -maxdepth 2 -path '*/7.*/kallsyms')" ] && exit 0
update_lists
build trixie 'linux-source-6\.12'
for suite in trixie-backports sid experimental; do build "$suite" 'linux-source-7\.[0-9]+'; done
