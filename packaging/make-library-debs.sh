#!/bin/sh
# Builds Debian packages of the C library and of the Python package over it; `make library` comes before.
#
#   VERSION=x.y.z make-library-debs.sh      leaves .build-deb/{libksym1,libksym-dev,python3-ksym}_VERSION_*.deb
set -eu
cd "$(dirname "$0")/.."
version=$VERSION
architecture=$(dpkg --print-architecture)
libraries=/usr/lib/$(dpkg-architecture -qDEB_HOST_MULTIARCH 2>/dev/null || gcc -print-multiarch)
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || date +%s)}
export SOURCE_DATE_EPOCH
maintainer=$(sed -n 's/^Maintainer: //p' packaging/debian/control.in)
work=.build-deb/library

# package NAME ARCHITECTURE SECTION DEPENDS SUMMARY DESCRIPTION: builds what is in $work/NAME.
package() {
  root=$work/$1
  install -D -m 644 packaging/debian/copyright "$root/usr/share/doc/$1/copyright"
  printf '%s (%s) unstable; urgency=medium\n\n  * CHANGELOG.md of ksym lists the changes.\n\n -- %s  %s\n' \
    "$1" "$version" "$maintainer" "$(date -R -u -d "@$SOURCE_DATE_EPOCH")" |
    gzip -9n >"$root/usr/share/doc/$1/changelog.gz"
  mkdir -p "$root/DEBIAN"
  cat >"$root/DEBIAN/control" <<END
Package: $1
Source: ksym
Version: $version
Architecture: $2
Maintainer: $maintainer
Section: $3
Priority: optional
Installed-Size: $(du -k -s "$root/usr" | cut -f 1)
Depends: $4
Description: $5
 $6
END
  (cd "$root" && find usr -type f | LC_ALL=C sort | xargs md5sum) >"$root/DEBIAN/md5sums"
  find "$root" -type d -exec chmod 755 {} +
  find "$root" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
  dpkg-deb --root-owner-group -Zxz --build "$root" ".build-deb/$1_${version}_$2.deb"
}

rm -rf "$work"
development=$work/libksym-dev
sh packaging/install-library.sh "$development" /usr "$libraries"

runtime=$work/libksym1
mkdir -p "$runtime$libraries" "$runtime/DEBIAN"
mv "$development$libraries/libksym.so.1" "$development$libraries/libksym.so.1.0.0" "$runtime$libraries/"
echo 'activate-noawait ldconfig' >"$runtime/DEBIAN/triggers"
echo 'libksym 1 libksym1' >"$runtime/DEBIAN/shlibs"
{
  echo 'libksym.so.1 libksym1 #MINVER#'
  sed -n '/^libksym.so/,/^libksym-names/s/^\(ksym_.*\)$/ \1 0.2.0/p' Library/ksym.symbols
  echo ' KSYM_1@KSYM_1 0.2.0'
} >"$runtime/DEBIAN/symbols"
package libksym1 "$architecture" libs "libc6 (>= 2.35), libgcc-s1, libssl3 | libssl3t64, libbz2-1.0" \
  "identity of Linux kernel symbols, as a library" \
  "Names of kernel symbols, kernels, versions of modules, and whether a kernel loads a module."
package libksym-dev "$architecture" libdevel "libksym1 (= $version)" \
  "identity of Linux kernel symbols, for programs in C" \
  "Headers, libksym, and libksym-names, an archive with the demangler that needs libc only."

python=$work/python3-ksym/usr/lib/python3/dist-packages
install -D -m 644 -t "$python/ksym" Library/Python/ksym/*.py Library/Python/ksym/py.typed
mkdir -p "$python/ksym-$version.dist-info"
printf 'Metadata-Version: 2.1\nName: ksym\nVersion: %s\n' "$version" >"$python/ksym-$version.dist-info/METADATA"
printf '[drgn.plugins]\nksym = ksym.drgn\n' >"$python/ksym-$version.dist-info/entry_points.txt"
package python3-ksym all python "python3 (>= 3.8), libksym1 (>= $version)" \
  "identity of Linux kernel symbols, for Python" \
  "Kernels, symbols, verdicts and translation, and a plugin of drgn that names symbols."
