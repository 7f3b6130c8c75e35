#!/bin/sh
# What action.yml runs: installs ksym, fetches kernels, checks modules.
#
#   KSYM_MODULES    modules, one a line
#   KSYM_KERNELS    kernels, one a line: paths, https://… of packages, or PACKAGE/SUITE of Debian
#   KSYM_COMMAND    a ksym to use; else that of KSYM_VERSION is fetched from KSYM_DOWNLOADS:
#                   vVERSION/ksym_VERSION_ARCHITECTURE.deb, and its sum in the same name with .sha256
#   KSYM_ARGUMENTS  more options
#   KSYM_MIRROR     Debian's archive (default https://deb.debian.org/debian)
set -eu
work=${RUNNER_TEMP:-${TMPDIR:-/tmp}}/ksym-action
mkdir -p "$work"
mirror=${KSYM_MIRROR:-https://deb.debian.org/debian}

fail() {
  echo "::error title=ksym::$1"
  exit 2
}

fetch() { # ADDRESS FILE
  curl -fsSL --retry 3 -o "$2" "$1" || fail "cannot fetch $1"
}

ksym=${KSYM_COMMAND:-}
if [ -z "$ksym" ]; then
  package=ksym_${KSYM_VERSION}_$(dpkg --print-architecture).deb
  fetch "$KSYM_DOWNLOADS/v$KSYM_VERSION/$package" "$work/$package"
  fetch "$KSYM_DOWNLOADS/v$KSYM_VERSION/$package.sha256" "$work/$package.sha256"
  (cd "$work" && sha256sum -c "$package.sha256" >/dev/null) || fail "$package has another sum"
  # The command is static and needs nothing beside it.
  dpkg-deb -x "$work/$package" "$work/root"
  ksym=$work/root/usr/bin/ksym
fi

# index SUITE: the list of packages of a suite, whose sum the suite's signed list gives.
index() {
  list=$work/$1.Packages
  [ -s "$list" ] && return 0
  architecture=$(dpkg --print-architecture)
  fetch "$mirror/dists/$1/InRelease" "$work/$1.InRelease"
  keys=/usr/share/keyrings/debian-archive-keyring.gpg
  if command -v gpgv >/dev/null && [ -r "$keys" ]; then
    gpgv -q --keyring "$keys" "$work/$1.InRelease" 2>/dev/null ||
      fail "the list of $1 has no good signature"
  fi
  sum=$(awk -v name="main/binary-$architecture/Packages.xz" \
    '/^SHA256:/ { on = 1; next } /^[^ ]/ { on = 0 } on && $3 == name { print $1; exit }' \
    "$work/$1.InRelease")
  [ -n "$sum" ] || fail "$1 has no packages for $architecture"
  fetch "$mirror/dists/$1/main/binary-$architecture/Packages.xz" "$list.xz"
  echo "$sum  $list.xz" | sha256sum -c - >/dev/null || fail "the list of $1 has another sum"
  xz -dc "$list.xz" >"$list"
}

# field PACKAGE SUITE NAME: a field of a package's entry.
field() {
  awk -v package="$1" -v name="$3:" \
    '$1 == "Package:" { on = $2 == package } on && $1 == name { sub(/^[^ ]* /, ""); print; exit }' \
    "$work/$2.Packages"
}

# debian PACKAGE SUITE: fetches a package; of one without files of its own that on which it depends, as
# linux-image-amd64 does on the newest kernel.
debian() {
  index "$2"
  package=$1
  next=$(field "$1" "$2" Depends | grep -oE 'linux-image-[^ ,]*[0-9][^ ,]*' | head -n 1 || true)
  case $package in *[0-9].[0-9]*) ;; *) package=${next:-$package} ;; esac
  path=$(field "$package" "$2" Filename)
  [ -n "$path" ] || fail "$2 has no package $1"
  file=$work/$(basename "$path")
  if [ ! -s "$file" ]; then
    fetch "$mirror/$path" "$file.part"
    echo "$(field "$package" "$2" SHA256)  $file.part" | sha256sum -c - >/dev/null ||
      fail "$package has another sum"
    mv "$file.part" "$file"
  fi
  kernel=$file
}

# Options and paths come one by one, so that blanks in them stay.
set -f
# shellcheck disable=SC2086
set -- check --format github ${KSYM_ARGUMENTS:-}
set +f
while IFS= read -r kernel || [ -n "$kernel" ]; do
  case $kernel in
    '') continue ;;
    https://*)
      file=$work/$(basename "$kernel")
      fetch "$kernel" "$file"
      kernel=$file
      ;;
    *)
      if [ ! -e "$kernel" ]; then
        case $kernel in
          linux-image-*/*) debian "${kernel%/*}" "${kernel#*/}" ;;
        esac
      fi
      ;;
  esac
  set -- "$@" -k "$kernel"
done <<LINES
$KSYM_KERNELS
LINES
set -- "$@" --
while IFS= read -r module || [ -n "$module" ]; do
  [ -n "$module" ] && set -- "$@" "$module"
done <<LINES
$KSYM_MODULES
LINES

status=0
"$ksym" "$@" || status=$?
[ -z "${GITHUB_OUTPUT:-}" ] || echo "status=$status" >>"$GITHUB_OUTPUT"
exit "$status"
