#!/bin/sh
# Makes Tests/Fixtures/sources again: sources.sh [ADDR2LINE]
# Needs gcc, clang with llvm-symbolizer, rustc and binutils; ADDR2LINE is that of binutils 2.42 or later, which reads line
# tables of DWARF 5 that begin in a header right (binutils PR 30783).
set -eu

addr2line=${1:-addr2line}
cd "$(dirname "$0")/../sources/src"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
map="-fdebug-prefix-map=$PWD=/build/linux"
flags="-O2 -ffreestanding -fno-pic -fno-asynchronous-unwind-tables $map"

for version in 4 5; do
  gcc -g -gdwarf-$version $flags -c init/main.c -o "$work/gcc-dw$version.o"
  clang -g -gdwarf-$version $flags -c init/main.c -o "$work/clang-dw$version.o"
done
rustc -g -O -C panic=abort --remap-path-prefix "$PWD=/build/linux" --emit obj \
  -o "$work/rustc-dw4.o" "$PWD/lib/steps.rs"
for object in gcc-dw4 gcc-dw5 clang-dw4 clang-dw5; do
  ld -Ttext=0x41000000 --section-start=.init.text=0x42000000 \
    --section-start=.data=0x43000000 -o "$work/$object.elf" "$work/$object.o"
done
objcopy --compress-debug-sections "$work/gcc-dw5.elf" "$work/gcc-dw5-packed.elf"

# addr2line does not read the indexes of addresses and lists that clang writes with DWARF 5.
places() {
  case $1 in
  clang-dw5.elf) shift && llvm-symbolizer --output-style=GNU --functions=none -a -i "$@" ;;
  *) shift && "$addr2line" -a -i "$@" ;;
  esac
}

# One line an address: FILE SECTION ADDRESS and the places, innermost first.
rm "$work/clang-dw5.o"
for file in "$work"/*.elf "$work"/*.o; do
  name=$(basename "$file")
  readelf -SW "$file" | sed 's/\[ */[/' | awk '$2 ~ /text/ && $3 == "PROGBITS" {print $2, $4, $6}' |
    while read -r section start size; do
      case $name in *.o) start=0 option="-j $section" ;; *) option= ;; esac
      seq 0 $((0x$size - 1)) | while read -r offset; do printf '0x%x\n' $((0x$start + offset)); done |
        places "$name" $option -e "$file" | sed 's/ (discriminator [0-9]*)$//; s/:0$/:?/' |
        awk -v head="$name $section" '/^0x[0-9a-f]*$/ {if (n++) print ""; printf "%s %s", head, $1; next}
          /\// {printf " %s", $1} END {if (n) print ""}'
    done
done >"$work/places"
tar --sort=name --owner=0 --group=0 --mtime=2026-01-01 -cf - -C "$work" . | xz -9 >../sources.tar.xz
