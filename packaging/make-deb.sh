#!/bin/sh
# Builds a Debian package of the static command, which depends on nothing.
#
#   KSYM=command VERSION=x.y.z make-deb.sh      leaves .build-deb/ksym_VERSION_ARCHITECTURE.deb
#
# With DEBIAN=13 its hooks are in /usr/share/kernel, where kernels of Debian 13 look too, and the version
# ends with +deb13. In /etc/kernel they run on Debian 12 and 13.
set -eu
cd "$(dirname "$0")/.."
ksym=${KSYM:-.build-release/release/ksym}
version=${VERSION:-$("$ksym" --version)}
debian=${DEBIAN:-12}
if [ "$debian" -ge 13 ]; then version=$version+deb$debian; fi
architecture=$(dpkg --print-architecture)
root=.build-deb/root
package=.build-deb/ksym_${version}_$architecture.deb
# The time of the last commit stands in the package, so that the same commit gives the same bytes.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || date +%s)}
export SOURCE_DATE_EPOCH

rm -rf "$root"
mkdir -p "$root/DEBIAN"
KSYM=$ksym sh packaging/install.sh "$root/usr"
if readelf -l "$root/usr/bin/ksym" | grep -q INTERP; then
  echo "make-deb: $ksym is not static" >&2
  exit 1
fi
gzip -9n "$root"/usr/share/man/man1/*.1

hooks=packaging/hooks
if [ "$debian" -ge 13 ]; then
  kernel=usr/share/kernel
  depends='Depends: debianutils (>= 5.21)'
else
  kernel=etc/kernel
  depends=
fi
for stage in postinst.d header_postinst.d; do
  install -D -m 755 "$hooks/zz-ksym" "$root/$kernel/$stage/zz-ksym"
done
install -D -m 755 "$hooks/kernel-hook" "$root/usr/libexec/ksym/kernel-hook"
install -D -m 755 "$hooks/95-ksym.install" "$root/usr/lib/kernel/install.d/95-ksym.install"
install -D -m 644 "$hooks/ksym.default" "$root/etc/default/ksym"
install -D -m 644 "$hooks/dkms.conf" "$root/etc/dkms/framework.conf.d/ksym.conf"
install -D -m 644 "$hooks/ksym-hooks.5" "$root/usr/share/man/man5/ksym-hooks.5"
install -D -m 755 packaging/bpftrace/ksym-probes "$root/usr/libexec/ksym/ksym-probes"
oops=packaging/oops
install -D -m 755 "$oops/oops" "$root/usr/libexec/ksym/oops"
for unit in ksym-oops.path ksym-oops.service; do
  install -D -m 644 "$oops/$unit" "$root/usr/lib/systemd/system/$unit"
done
install -D -m 644 "$oops/ksym-oops.8" "$root/usr/share/man/man8/ksym-oops.8"
gzip -9n "$root/usr/share/man/man5/ksym-hooks.5" "$root/usr/share/man/man8/ksym-oops.8"
(cd "$root" && find etc -type f | LC_ALL=C sort | sed 's|^|/|') >"$root/DEBIAN/conffiles"

documents=$root/usr/share/doc/ksym
install -D -m 644 packaging/debian/copyright "$documents/copyright"
# What the README leads to is there too.
install -m 644 README.md CONTRIBUTING.md CHANGELOG.md "$documents/"
find Documentation -name '*.md' | while read -r page; do
  install -D -m 644 "$page" "$documents/$page"
done
install -D -m 644 -t "$documents/rpm" packaging/rpm/*.attr
maintainer=$(sed -n 's/^Maintainer: //p' packaging/debian/control.in)
cat >"$documents/changelog" <<EOF
ksym ($version) unstable; urgency=medium

  * CHANGELOG.md lists the changes.

 -- $maintainer  $(date -R -u -d "@$SOURCE_DATE_EPOCH")
EOF
gzip -9n "$documents/changelog"
install -D -m 644 packaging/debian/lintian-overrides "$root/usr/share/lintian/overrides/ksym"

sed -e "s/@VERSION@/$version/" -e "s/@ARCHITECTURE@/$architecture/" \
  -e "s/@SIZE@/$(du -k -s "$root/usr" | cut -f 1)/" packaging/debian/control.in |
  sed "/^Priority:/{p;s/.*/$depends/;/^\$/d;}" >"$root/DEBIAN/control"
(cd "$root" && find usr -type f | LC_ALL=C sort | xargs md5sum) >"$root/DEBIAN/md5sums"
find "$root" -type d -exec chmod 755 {} +
find "$root" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
dpkg-deb --root-owner-group -Zxz --build "$root" "$package"
(cd "${package%/*}" && sha256sum "${package##*/}" >"${package##*/}.sha256")
