#!/bin/sh
# Builds a tiny rpm package with a module whose exports have long names, and compares what rpm finds through
# the attribute files with what ksym deps writes. Does nothing where there is no rpmbuild.
#
# usage: packaging/check-rpm.sh KSYM
set -eu
ksym=$(realpath "${1:?usage: check-rpm.sh KSYM}")
here=$(cd "$(dirname "$0")" && pwd)
if ! command -v rpmbuild >/dev/null; then
  echo "check-rpm.sh: no rpmbuild: not checked" >&2
  exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tar -xf "$here/../Tests/Fixtures/kernels/rust-ext/modules.tar.xz" -C "$work"
exporter=$(find "$work" -name corpus_exp.ko | head -n 1)
importer=$(find "$work" -name corpus_imp.ko | head -n 1)

# rpm takes the names of attributes from a directory, and their macros from files that it loaded before.
configuration=$work/rpm
cp -R "$(rpm --eval '%{_rpmconfigdir}')" "$configuration"
for file in "$here"/rpm/*.attr; do
  sed "s|%{_bindir}/ksym|$ksym|" "$file" >"$configuration/fileattrs/$(basename "$file")"
done
cat >"$work/sample.spec" <<SPEC
Name: kmod-sample
Version: 1
Release: 1
Summary: A module
License: GPL
%description
A module whose exports have long names.
%install
mkdir -p %{buildroot}/lib/modules/7.3.4-corpus-a/extra
cp $exporter $importer %{buildroot}/lib/modules/7.3.4-corpus-a/extra/
%files
/lib/modules/7.3.4-corpus-a/extra
SPEC
rpmbuild -bb --quiet --load "$configuration/fileattrs/ksym.attr" \
  --load "$configuration/fileattrs/ksymrequires.attr" \
  --define "_topdir $work/build" --define "_fileattrsdir $configuration/fileattrs" \
  --define "debug_package %{nil}" --define "__strip /bin/true" "$work/sample.spec" >"$work/log" 2>&1 || {
  cat "$work/log"
  exit 1
}
package=$(find "$work/build" -name '*.rpm')
status=0
for kind in provides requires; do
  "$ksym" deps --style redhat "--$kind" "$exporter" "$importer" 2>/dev/null | sort -u >"$work/expected"
  rpm -qp "--$kind" "$package" | grep '^k[a-z]*(' | sort -u >"$work/found" || :
  if ! diff -u "$work/expected" "$work/found"; then
    echo "check-rpm.sh: the package's $kind are not those of ksym deps" >&2
    status=1
  fi
  grep -q long_exported "$work/found" || { echo "check-rpm.sh: no long name among the $kind" >&2; status=1; }
done
[ $status -ne 0 ] || echo "check-rpm.sh: rpm's provides and requires are those of ksym deps"
exit $status
