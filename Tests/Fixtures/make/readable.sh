#!/bin/sh
# Makes Tests/Fixtures/translate/readable: what the translation of each text must be.
#
# Every linkage name in these records stands where a name does, so that replacing them all, wherever
# they are, gives the same. Event names made of names are no names.
# Needs: llvm-cxxfilt, perl.
set -eu
export LC_ALL=C
out=$(cd "$(dirname "$0")/.." && pwd)/translate
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$out/readable"
for file in "$out"/*.txt; do
  perl -ne 'print "$1\n" while /(?<![\w.])(_R[CMXYNI][A-Za-z0-9_]+)/g' "$file" | sort -u >"$work/mangled"
  llvm-cxxfilt <"$work/mangled" | paste "$work/mangled" - >"$work/map"
  MAP=$work/map perl -pe '
    BEGIN { open my $map, "<", $ENV{MAP}; while (<$map>) { chomp; my ($from, $to) = split /\t/;
              $readable{$from} = $to } }
    s/(?<![\w.])(_R[CMXYNI][A-Za-z0-9_]+)/$readable{$1} || $1/ge;
    s/(?<=[A-Za-z0-9_])\.llvm\.\d+//g;
    s/\.(isra|constprop|part|cold)\.\d+/.$1/g;' "$file" >"$out/readable/$(basename "$file")"
done
