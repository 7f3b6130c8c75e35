#!/bin/sh
# Prints small files of each kind, for the paths that fuzz.c gives to the library.
cd "$(dirname "$0")/../.."
seeds=$PWD/Fuzz/Seeds
printf '%s:' "$seeds/maps/kallsyms" "$seeds/table/kernel" "$seeds/symvers/rust-ext.symvers"
for folder in versions loader; do
  for file in "$seeds/$folder"/*; do
    printf '%s:' "$file"
    break
  done
done
