#!/bin/bash
# Sourced by run.sh: converts all modules of a kernel, beside a C program that reads and writes them.

measure_convert() {
  unpack_modules
  local rewrite=$work/rewrite plain=$work/convert packed=$work/convert-xz
  cc -O2 -o "$rewrite" "$here/floors/rewrite.c" -l:liblzma.a -lpthread
  mkdir -p "$plain" "$packed"
  cp -r "$raw_modules/." "$plain/"
  find "$plain" -name '*.ko' | sort >"$work/convert.list"
  echo "Convert $(wc -l <"$work/convert.list") uncompressed modules of $release"
  # Each round writes files that are not there yet.
  local clean="find $plain ! -name '*.ko' -type f -delete"
  local convert="exec $ksym convert --drop-signature --to both --suffix .new $plain"
  {
    printf 'floor: read and write\texec %s %s\t%s\n' "$rewrite" "$work/convert.list" "$clean"
    printf 'ksym convert\t%s\t%s\n' "$convert" "$clean"
    printf 'ksym convert, one thread\t%s -j 1\t%s\n' "$convert" "$clean"
    printf 'ksym convert, replacing\t%s\n' "$convert"
  } | measure
  bound "convert, uncompressed: CPU beside reading and writing" \
    "$(result 'ksym convert' 2)" "$(result 'floor: read and write' 2)" 2.0
  rm -rf "$plain"
  # Packing all modules takes minutes: every eighth will do.
  awk 'NR % 8 == 0' "$work/packed" | xargs -I '{}' cp '{}' "$packed/"
  find "$packed" -name '*.ko.xz' | sort >"$work/convert.list"
  echo "Convert $(wc -l <"$work/convert.list") compressed modules of $release"
  {
    printf 'floor: unpack and pack\texec %s -x %s\n' "$rewrite" "$work/convert.list"
    printf 'ksym convert, xz\texec %s convert --drop-signature --to both --suffix .new %s\n' \
      "$ksym" "$packed"
  } | measure
  bound "convert, compressed: CPU beside unpacking and packing" \
    "$(result 'ksym convert, xz' 2)" "$(result 'floor: unpack and pack' 2)" 1.15
  rm -rf "$packed"
}
