#!/bin/sh
# Writes distinct names in the form of System.map, made from real ones by what is put behind them, into
# files of 500,000.
#
#   make-names.sh SYSTEM.MAP DIRECTORY [COUNT=10000000]
set -eu
map=${1:?usage: make-names.sh SYSTEM.MAP DIRECTORY [COUNT]}
directory=${2:?usage: make-names.sh SYSTEM.MAP DIRECTORY [COUNT]}
count=${3:-10000000}
mkdir -p "$directory"
awk '{ print $3 }' "$map" | LC_ALL=C sort -u | LC_ALL=C awk -v count="$count" -v directory="$directory" '
  { name[n++] = $0 }
  END {
    for (round = 0; n > 0 && written < count; round++) {
      for (i = 0; i < n && written < count; i++) {
        if (written % 500000 == 0) {
          if (file) close(file)
          file = sprintf("%s/%03d.map", directory, written / 500000)
        }
        printf "%016x t %s%s\n", 2097152 + written * 16, name[i], round ? "_" round : "" > file
        written++
      }
    }
  }'
