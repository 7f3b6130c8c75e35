#!/bin/sh
# Fetches real Debian kernels of several releases and architectures into a cache, through a private
# apt root so that the machine's own package lists stay as they are.
#
# usage: fetch-kernels.sh [CACHE]        (default ${XDG_CACHE_HOME:-~/.cache}/ksym/kernels)
#
# Result: CACHE/<label>/ is an unpacked package root for each label below. Labels name what the
# tests ask for, not versions: versions move in the archive, so packages are found by pattern.
set -eu

cache=${1:-${KSYM_KERNELS:-${XDG_CACHE_HOME:-$HOME/.cache}/ksym/kernels}}
root=$cache/.apt
suites='bullseye bookworm trixie sid'
architectures=amd64,arm64,armhf,i386,ppc64el,riscv64,s390x
. "$(dirname "$0")/debian-archive.sh"
update_lists

# fetch LABEL SUITE ARCH PATTERN...: unpack the newest matching packages into CACHE/LABEL.
fetch() {
  label=$1 suite=$2 architecture=$3
  shift 3
  tree=$cache/$label
  if [ -e "$tree/.complete" ]; then
    echo "$label: cached"
    return 0
  fi
  rm -rf "$tree.partial"
  mkdir -p "$tree.partial"
  for pattern in "$@"; do
    packages=$(all "$suite" "$architecture" "$pattern" | tail -n 3 | sort -rV)
    if [ -z "$packages" ]; then
      echo "$label: no package $pattern in $suite/$architecture today; left out" >&2
      continue
    fi
    # Lists name packages that the archive does not serve yet for every architecture.
    for package in $packages; do
      (cd "$tree.partial" && private_apt apt-get -qq download "$package:$architecture/$suite") &&
        break
      echo "$label: cannot download $package" >&2
    done
    for archive in "$tree.partial"/*.deb; do
      [ -e "$archive" ] || continue
      dpkg-deb --fsys-tarfile "$archive" | tar -x -C "$tree.partial" --exclude='./usr/share/doc' \
        --exclude='./usr/src/*/include' --exclude='./usr/src/*/arch'
      basename "$archive" >>"$tree.partial/.complete"
      rm -f "$archive"
    done
  done
  rm -rf "$tree"
  if [ ! -e "$tree.partial/.complete" ]; then
    rm -rf "$tree.partial"
    return 0
  fi
  mv "$tree.partial" "$tree"
  echo "$label: $(tr '\n' ' ' <"$tree/.complete" 2>/dev/null)"
}

v='[0-9.]+'
fetch amd64-6.12 trixie amd64 "linux-image-$v\+deb[0-9]+-amd64" "linux-headers-$v\+deb[0-9]+-amd64"
fetch amd64-6.1 bookworm amd64 "linux-image-6\.1\.0-[0-9]+-amd64" "linux-headers-6\.1\.0-[0-9]+-amd64"
fetch amd64-5.10 bullseye amd64 "linux-image-5\.10\.0-[0-9]+-amd64" "linux-headers-5\.10\.0-[0-9]+-amd64"
fetch amd64-7 sid amd64 "linux-base-7$v\+deb[0-9]+-amd64" "linux-binary-7$v\+deb[0-9]+-amd64" \
  "linux-modules-7$v\+deb[0-9]+-amd64" "linux-headers-7$v\+deb[0-9]+-amd64"
fetch i386-5.10 bullseye i386 "linux-image-5\.10\.0-[0-9]+-686" "linux-headers-5\.10\.0-[0-9]+-686"
fetch i386-6.1 bookworm i386 "linux-image-6\.1\.0-[0-9]+-686" "linux-headers-6\.1\.0-[0-9]+-686"
fetch arm64-5.10 bullseye arm64 "linux-image-5\.10\.0-[0-9]+-arm64" "linux-headers-5\.10\.0-[0-9]+-arm64"
fetch arm64-6.1 bookworm arm64 "linux-image-6\.1\.0-[0-9]+-arm64" "linux-headers-6\.1\.0-[0-9]+-arm64"
fetch arm64-6.12 trixie arm64 "linux-image-$v\+deb[0-9]+-arm64" "linux-headers-$v\+deb[0-9]+-arm64"
fetch arm64-16k-6.12 trixie arm64 "linux-image-$v\+deb[0-9]+-arm64-16k" "linux-headers-$v\+deb[0-9]+-arm64-16k"
fetch armhf-5.10 bullseye armhf "linux-image-5\.10\.0-[0-9]+-armmp" "linux-headers-5\.10\.0-[0-9]+-armmp"
fetch armhf-lpae-5.10 bullseye armhf "linux-image-5\.10\.0-[0-9]+-armmp-lpae" "linux-headers-5\.10\.0-[0-9]+-armmp-lpae"
fetch armhf-6.1 bookworm armhf "linux-image-6\.1\.0-[0-9]+-armmp" "linux-headers-6\.1\.0-[0-9]+-armmp"
fetch armhf-6.12 trixie armhf "linux-image-$v\+deb[0-9]+-armmp" "linux-headers-$v\+deb[0-9]+-armmp"
fetch s390x-6.12 trixie s390x "linux-image-$v\+deb[0-9]+-s390x" "linux-headers-$v\+deb[0-9]+-s390x"
fetch ppc64el-6.12 trixie ppc64el "linux-image-$v\+deb[0-9]+-powerpc64le" "linux-headers-$v\+deb[0-9]+-powerpc64le"
fetch riscv64-6.12 trixie riscv64 "linux-image-$v\+deb[0-9]+-riscv64" "linux-headers-$v\+deb[0-9]+-riscv64"
