#!/bin/sh
# Makes Fuzz/Seeds from real files, cut down.
#
# usage: Fuzz/make-seeds.sh CORPUS [KERNELS] [MAPS]
#   CORPUS   a directory of built kernels: */modules/*.ko, */Module.symvers, */bzImage, */config
#   KERNELS  the cache that `make kernels` fills, for modules of other architectures
#   MAPS     a directory of NAME.map and NAME.*.S: lists, and what scripts/kallsyms wrote of them
#
# Modules lose debug data; only small ones are taken. Seeds built from kernel sources are GPL-2.0, as
# their origin.
set -eu
corpus=$1
kernels=${2:-}
maps=${3:-}
cd "$(dirname "$0")/Seeds"

module() { # FILE NAME: the module without debug data
  llvm-objcopy --strip-debug "$1" "$2"
}

small=
for kernel in livepatch rust-ext; do
  for name in corpus_exp corpus_imp corpus_weak corpus_min corpus_gplonly corpus_rust livepatch-sample; do
    file=$corpus/$kernel/modules/$name.ko
    [ -f "$file" ] || continue
    module "$file" "loader/$kernel-$name.ko"
    small="$small $kernel-$name.ko"
  done
done
if [ -n "$kernels" ]; then
  for tree in "$kernels"/*/; do
    tag=$(basename "$tree")
    file=$(find "$tree" -name '*.ko*' -type f -size -12k | LC_ALL=C sort | head -1)
    [ -n "$file" ] || continue
    case $file in
      *.xz) xz -dc "$file" >unpacked.tmp ;;
      *) cp "$file" unpacked.tmp ;;
    esac
    module unpacked.tmp small.tmp
    if [ "$(wc -c <small.tmp)" -lt 22000 ]; then
      mv small.tmp "loader/$tag.ko"
      small="$small $tag.ko"
    fi
    rm -f unpacked.tmp small.tmp
  done
fi
for name in $small; do
  case $name in
    *corpus_min* | *weak* | *imp* | *86* | *64* | *arm* | *s390*) cp "loader/$name" elf/ ;;
  esac
  case $name in
    *exp* | *gplonly* | *nls*) cp "loader/$name" exports/ ;;
  esac
  case $name in
    *imp* | *rust* | *weak*) cp "loader/$name" versions/ ;;
  esac
  llvm-objcopy -O binary --only-section=.modinfo "loader/$name" "modinfo/$name.modinfo" || true
done

# Modules to convert, and an object with device tables.
mkdir -p convert
for name in $small; do
  case $name in
    rust-ext-*min* | rust-ext-*weak* | rust-ext-*exp* | livepatch-*min* | armhf* | i386* | s390x*)
      cp "loader/$name" convert/
      ;;
  esac
done
cp ../../Tests/Fixtures/devices/x86_64.o convert/device-tables.o

# Unwind tables: the ends of those of kernels for x86-64, behind a byte that chooses the header.
mkdir -p unwind
KSYM=${KSYM:-../../.build/debug/ksym}
for label in rust-ext thinlto amd64-5.10 amd64-6.1 amd64-6.12; do
  case $label in
    amd64*) image=$(find "${kernels:-/nowhere}/$label/boot" -name 'vmlinuz-*' 2>/dev/null | head -n 1) ;;
    *) image=$corpus/$label/bzImage ;;
  esac
  [ -f "$image" ] || continue
  "$KSYM" symbols --format elf -o kernel.tmp "$image"
  llvm-objcopy -O binary --only-section=.orc_unwind_ip kernel.tmp places.tmp
  llvm-objcopy -O binary --only-section=.orc_unwind kernel.tmp contents.tmp
  case $label in amd64-5* | amd64-6.1) choice='\000' ;; amd64-6*) choice='\002' ;; *) choice='\003' ;; esac
  for end in head tail; do
    { printf "$choice"; $end -c 240 places.tmp; $end -c 360 contents.tmp; } >"unwind/$label-$end"
  done
done
rm -f kernel.tmp places.tmp contents.tmp
for name in crc16 corpus_exp; do
  cp "../../Tests/Fixtures/kernels/rust-ext/modules/$name.ko" unwind/
done

# Livepatches: written by hand, made by klp-build, and names alone.
mkdir -p livepatch
for file in livepatch/modules/livepatch-sample thinlto/modules/livepatch-callbacks-demo livepatch/klp/livepatch-corpus; do
  [ ! -f "$corpus/$file.ko" ] || module "$corpus/$file.ko" "livepatch/$(basename "$file").ko"
done
printf '.klp.sym.vmlinux.init_once.llvm.123,2' >livepatch/symbol
printf '.klp.rela.vmlinux..text' >livepatch/section

# Text: the ends of Module.symvers, System.map and nm output.
for kernel in livepatch rust-ext; do
  head -c 1500 "$corpus/$kernel/Module.symvers" >"symvers/$kernel.symvers"
  grep _RN "$corpus/$kernel/Module.symvers" | head -5 >"symvers/$kernel-rust.symvers" || true
  head -n 40 "$corpus/$kernel/System.map" >"symvers/$kernel.map"
done
printf '0x12345678\tfoo\tvmlinux\n0x12345678\tbar\tNS\tdrivers/x\tEXPORT_SYMBOL_GPL\n' >symvers/orders.symvers
printf '0x0\tq\tvmlinux\tEXPORT_UNUSED_SYMBOL_GPL\t\n' >symvers/unused.symvers

# Names: one file of many, and one of a few of each kind.
for table in ../../Tests/Fixtures/names/*.tsv; do
  cut -f1 "$table" | grep -v '^#' | awk 'NR % 40 == 1' | head -40 >"names/$(basename "$table" .tsv)"
done
printf '__pfx_foo.llvm.123\n__cfi_bar.isra.0.cold\nx.constprop.0.part.1\n_ZN4core3fmt5Write9write_fmt17h0123456789abcdefE\n' >names/suffixes

# Streams: the fixtures of the codecs.
for stream in ../../Tests/Fixtures/Streams/*; do
  [ "$(wc -c <"$stream")" -lt 6000 ] && case $stream in *.md) ;; *) cp "$stream" streams/ ;; esac
done

# Archives of every kind, with two modules.
for archive in ../../Tests/Fixtures/archives/package* ../../Tests/Fixtures/archives/initramfs*; do
  [ "$(wc -c <"$archive")" -lt 25000 ] && cp "$archive" archive/
done

# Kernels: headers of images, strings, a configuration, type information.
for kernel in livepatch rust-ext; do
  head -c 4096 "$corpus/$kernel/bzImage" >"kernel/$kernel.bzImage"
  grep -a -m1 -o 'Linux version [ -~]*' "$corpus/$kernel/vmlinux" | head -1 >"kernel/$kernel.banner"
  printf '%s SMP preempt mod_unload modversions \0' "$(cat "$corpus/$kernel/kernel.release")" \
    >>"kernel/$kernel.banner"
  head -c 2000 "$corpus/$kernel/config" >"kernel/$kernel.config"
done
{ printf IKCFG_ST; printf 'CONFIG_MODVERSIONS=y\n' | gzip -n; printf IKCFG_ED; } >kernel/ikconfig
printf '\004\000\000\000\024\000\000\000\003\000\000\000GNU\00001234567890123456789' >kernel/buildid
printf '\237\353\001\000\030\000\000\000\000\000\000\000\030\000\000\000\030\000\000\000\010\000\000\000\001\000\000\000\001\000\000\004\000\004\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000module\000' \
  >kernel/btf
printf '\000\000\000\000zimg\000\020\000\000' >kernel/zboot
for stream in streams/kernel.* streams/config.gz; do [ -f "$stream" ] && cp "$stream" kernel/; done
# Tables as the kernel's build makes them, assembled and linked.
mkdir -p maps kallsyms
fixtures=../../Tests/Fixtures/kallsyms
for table in case1-order.v7.3 case4-markers.v7.3 case1-order.v6.12 case4-markers.v6.12; do
  gcc -DBITS_PER_LONG=64 -c -x assembler-with-cpp -o table.o "$fixtures/$table.S"
  ld -s -o "kallsyms/$table.elf" table.o --defsym=_text=0xffffffff81000000 \
    --section-start=.rodata=0xffffffff82000000 -e 0
  rm table.o
done
objcopy -O binary -j .rodata kallsyms/case4-markers.v6.12.elf kallsyms/case4-markers.raw
rm kallsyms/case4-markers.v6.12.elf
if [ -f "$corpus/thinlto/guest/kallsyms.before" ]; then
  { head -c 1500 "$corpus/thinlto/guest/kallsyms.before"; tail -n 20 "$corpus/thinlto/guest/kallsyms.modules"; } \
    >maps/kallsyms
fi
du -sh .

# Lists of symbols, and the tables that the kernel's own tool made of them.
if [ -n "$maps" ]; then
  mkdir -p maps kallsyms
  for map in "$maps"/*.map; do
    name=$(basename "$map" .map)
    head -c 8000 "$map" >"maps/$name"
    for text in "$maps/$name".*.S; do
      release=${text%.S}
      release=${release#"$maps/$name."}
      gcc -c -x assembler -o tables.tmp "$text" && objcopy -O binary -j .rodata tables.tmp "kallsyms/$name.$release"
      [ "$(wc -c <"kallsyms/$name.$release")" -lt 20000 ] || rm -f "kallsyms/$name.$release"
    done
  done
  rm -f tables.tmp
fi

# Memory dumps: headers and notes; a flattened stream cut after its third record, with an end mark.
mkdir -p dump
zstd -dcq "$corpus/rust-ext/vmcore/vmcore.elf.zst" 2>/dev/null | head -c 4600 >dump/core
{
  head -c 8756 "$corpus/rust-ext/vmcore/vmcore.kdump-zlib"
  printf '\377\377\377\377\377\377\377\377\377\377\377\377\377\377\377\377'
} >dump/flattened

# Name tables, with one owner and several, of names of every kind.
ksym=${KSYM:-../../.build/debug/ksym}
mkdir -p table
printf '1000 T a\n' >one.tmp
"$ksym" table build -o table/one one.tmp
"$ksym" table build -o table/kernel maps/kallsyms
"$ksym" table build -o table/modules versions/rust-ext-corpus_min.ko versions/rust-ext-corpus_imp.ko
rm -f one.tmp

# Texts to translate: three bytes that choose (see TranslationTargets.swift), then the start of each
# recorded text, forward and back; surfaces without a recorded text have one by their grammar.
mkdir -p translate
rm -f translate/*
text() { # NAME SURFACE [TEXT]: SURFACE as an octal number, counted as in Surface.swift
  printf "\\000\\100\\$2" >"translate/$1"
  printf "\\040\\100\\$2" >"translate/$1-back"
  if [ -n "${3:-}" ]; then
    printf '%b' "$3" | tee -a "translate/$1" >>"translate/$1-back"
  else
    head -c 1200 "../../Tests/Fixtures/translate/$1.txt" >>"translate/$1"
    head -c 1200 "../../Tests/Fixtures/translate/readable/$1.txt" >>"translate/$1-back"
  fi
}
for file in ../../Tests/Fixtures/translate/*.txt; do
  name=$(basename "$file" .txt)
  case $name in
    nm* | kallsyms*) surface=001 ;;
    objdump* | sections*) surface=002 ;;
    readelf*) surface=003 ;;
    gdb*) surface=004 ;;
    symvers*) surface=006 ;;
    ftrace*) surface=007 ;;
    perf*) surface=010 ;;
    kprobes*) surface=013 ;;
    *) surface=000 ;;
  esac
  text "$name" $surface
done
text crash 005 ' #0 [ffffc90000a3bd28] init_once.llvm.7 at ffffffff81000000 [nbd]\nffffffff81000000 (T) a.isra.0+4 [nbd] file.c: 12\n[exception RIP: a.isra.0+0x10]\n'
text bpf 011 '    a.isra.0+16\n    nbd_add.isra.0+0x10 [kernel]\n@[a.llvm.1+0x1]: 2\nprobe:nbd:nbd_add.isra.0\n'
text folded 012 'swapper;_RNvC1a1b_[k];loop_add.isra.0+0x10;<[u8: 4]>::a;init_once 12\n'
text livepatch 014 '/sys/kernel/livepatch/p/vmlinux/init_once.llvm.7,1\n.klp.sym.nbd.nbd_add.isra.0,2\n.klp.rela.vmlinux..text.init_once.llvm.7\n'
text list 015 'loop_add.isra.0\nnbd_add.isra.0 [nbd]\ninit_once\n'
text pairs 016 ' a.isra{a.isra.0}+0x1/0x2\na::b{_RNvC1a1b}\ninit_once{init_once.llvm.7}\n'
text digests 017 '0x12345678\t72ba0c0e0a5ef0d9a0b1b9ad6d8a0f6c5de7d5f2ad4f0d9a72ba0c0e0a5ef0d9\n'
text arm 000 'loop_add.isra.0 [loop] from init_once.llvm.7+0x10/0x40 [nbd]\nCPU: 0 PID: 1 Comm: a Not tainted 7.3.4 #1\n'

# Symtypes text of each form.
mkdir -p symtypes
cp ../../Tests/Fixtures/types/genksyms/t.symtypes symtypes/genksyms
printf "f subprogram ( s#'a b' , s#'a b' ) -> s#'a b'\ns#'a b' structure_type a b {  }\n" \
  >symtypes/gendwarfksyms
printf '/* a */\ns#s struct s { int a ; }\nu##u\nx int x ( s#s , u#u )\n\n/* b/c */\nu#u union u { t#t t ; }\nt#t typedef int t\ny int y ( s#s , u#u )\n' >symtypes/consolidated
printf 's#s@0 struct s { int a ; }\ns#s@1 struct s { t#t a ; }\nt#t typedef int t\nx int x ( s#s )\nF#a x s#s@0\nF#b x s#s@1\n' >symtypes/variants
printf 'override s#x struct x { s#x * p ; }\noverride f extern int f ( s#x )\n' >symtypes/override
mkdir -p typechanges
for form in consolidated genksyms gendwarfksyms; do
  { cat symtypes/$form; printf '\n%%%%\n'; sed 's/int/long/' symtypes/$form; } >typechanges/$form
done

# Objects with debug information, one of each kind of machine and compiler.
mkdir -p dwarf
work=$(mktemp -d)
tar -xf ../../Tests/Fixtures/types/dwarf.tar.xz -C "$work"
for name in c07_decl.gcc12-dw5 c03_enum.clang21_s390x-dw5 c05_cycle.clang21_aarch64-dw5 \
  c04_func.clang21_riscv64-dw5 c09_kabi.gcc12-dw5 c10_members.gcc12-dw5 c02_struct.gcc12-dw4 \
  r6_wide.rust195-dw5 z1_zlib.gcc12-dw5; do
  cp "$work/obj/$name.o" "dwarf/$name"
done

# The rules of one of them; the target puts the input in their place.
mkdir -p rules
section=.discard.gendwarfksyms.kabi_rules
objcopy -O binary --set-section-flags $section=alloc --only-section $section dwarf/c09_kabi.gcc12-dw5 \
  rules/c09_kabi

# Files with code, for the places of its source lines.
mkdir -p sources
tar -xf ../../Tests/Fixtures/sources/sources.tar.xz -C "$work"
for name in gcc-dw4.o gcc-dw5.elf clang-dw5.elf; do cp "$work/$name" "sources/$name"; done
rm -rf "$work"
