#!/bin/sh
# Makes Tests/Fixtures/archives: two modules of kernels/rust-ext in packages and initramfs images of
# every kind, by the usual tools.
# Needs dpkg-deb, rpmbuild, cpio, tar, gzip, xz, zstd, lz4, bzip2, lzop.
set -eu
fixtures=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$fixtures/archives"
cd "$fixtures/archives"
rm -f ./*
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
export SOURCE_DATE_EPOCH=1000000000

# A long name, a symbolic link and two names of one file are there too.
root=$work/root
lib=$root/usr/lib/modules/7.3.4-corpus-a/kernel/lib
long=a-name-of-more-than-a-hundred-bytes-as-tar-files-hold-them-in-a-header-of-its-own
mkdir -p "$lib/$long/$long"
cp "$fixtures/kernels/rust-ext/modules/crc16.ko" "$lib/crc16.ko"
cp "$fixtures/kernels/rust-ext/modules/corpus_min.ko" "$lib/$long/$long/corpus_min.ko"
ln "$lib/crc16.ko" "$lib/crc16.copy"
ln -s usr/lib "$root/lib"
find "$root" -exec touch -h -d @1000000000 {} +

mkdir "$work/package" "$root/DEBIAN"
printf 'Package: ksym-fixture\nVersion: 1\nArchitecture: all\nMaintainer: none\nDescription: a fixture\n' \
  >"$root/DEBIAN/control"
for format in xz:xz zst:zstd gz:gzip none:none; do
  dpkg-deb --root-owner-group -Z"${format#*:}" -b "$root" "package.${format%:*}.deb" >/dev/null
done
rm -r "$root/DEBIAN"
tar --sort=name --owner=0 --group=0 --mtime=@1000000000 -C "$root" -cJf package.tar.xz .

cat >"$work/fixture.spec" <<'SPEC'
Name: ksym-fixture
Version: 1
Release: 1
Summary: a fixture
License: GPL-2.0
BuildArch: noarch
AutoReqProv: no
%define __os_install_post %{nil}
%define _buildhost localhost
%define use_source_date_epoch_as_buildtime 1
%description
A fixture.
%install
cp -a ROOT/. %{buildroot}/
%files
/lib
/usr/lib/modules
SPEC
sed -i "s,ROOT,$root," "$work/fixture.spec"
for format in zst:w19.zstdio xz:w6.xzdio gz:w9.gzdio bz2:w9.bzdio none:w.ufdio; do
  rpmbuild --quiet -bb --define "_topdir $work/rpm" --define "_binary_payload ${format#*:}" \
    "$work/fixture.spec" >/dev/null 2>&1
  mv "$work/rpm/RPMS/noarch/"*.rpm "package.${format%:*}.rpm"
done

# Early microcode comes first, and is never compressed.
mkdir -p "$work/early/kernel/x86/microcode"
seq 1 100 >"$work/early/kernel/x86/microcode/GenuineIntel.bin"
pack() { (cd "$1" && find . | LC_ALL=C sort | cpio --quiet -o -H newc -R 0:0 --reproducible); }
pack "$work/early" >"$work/early.cpio"
pack "$root" >"$work/main.cpio"
image() { # FORMAT COMMAND...: zeros fill up the end
  format=$1
  shift
  { cat "$work/early.cpio"; "$@" <"$work/main.cpio"; head -c 37 /dev/zero; } >"initramfs.$format.img"
}
image none cat
image gz gzip -9n
image xz xz --check=crc32
image lzma xz --format=lzma
image zst zstd -q -19
image lz4 lz4 -q -l -9
image bz2 bzip2 -9
# lzop records the name and the time of its input.
touch -d @1000000000 "$work/main.cpio"
image lzo env TZ=UTC lzop -9 -c "$work/main.cpio"

{
  echo "Two modules of \`kernels/rust-ext\` (GPL-2.0), packed by Tests/Fixtures/make/archives.sh with:"
  dpkg-deb --version | head -1
  rpmbuild --version
  cpio --version | head -1
  tar --version | head -1
} >README.md
