#!/bin/bash
# Writes texts of about 1 MiB, most of them a single line, that are made to be slow to translate: what
# the grammars of `ksym translate` look for, over and over; names of a megabyte; manglings that nest,
# repeat themselves, or say much in few bytes.
#
#   make-hostile-lines.sh DIRECTORY
set -euo pipefail
export LC_ALL=C
directory=${1:?usage: make-hostile-lines.sh DIRECTORY}
mkdir -p "$directory"
number=0

# fill TEXT [BEFORE [BEHIND]]: a line of TEXT repeated.
fill() {
  number=$((number + 1))
  awk -v text="$1" -v before="${2:-}" -v behind="${3:-}" 'BEGIN {
    printf "%s", before
    for (length_ = 0; length_ < 1048000; length_ += length(text)) block = (length(block) < 4096 ? block text : block)
    count = int(1048000 / length(block))
    for (i = 0; i < count; i++) printf "%s", block
    print behind
  }' >"$directory/$(printf '%03d' "$number")"
}

units=(
  '[' '(' '<' '>' '{' '}' '<>' ' ' '\t' '+0x' '+0x1' 'a+0x1/0x2 ' ' <' '1 <a' '::' 'a::' '.' '.1' ';'
  'a;' '1;' '_R' '_RNvC1a1b' '_RNvC1a1b;' '_ZN' '_ZN1aE ' '.llvm.' 'a.llvm.1 ' '.isra.' 'a.isra.0'
  '.cold' 'a{b}' 'a.isra{a.isra.0}' '{a' '\033[1;31m' '\033[' '\033[1;' '| ' '|' ' <-' ' => ' ': ' 'a'
  '0x' 'ffffffff81000000 ' 'a+' '---' '[k] ' '[.] ' '@[' 'function=' 'probe:' '.klp.sym.' '.klp.rela.'
  '/livepatch/' "section '" "symbol '" 'Workqueue: ' 'data-race in ' 'Disassembly of section ' '.text.'
  '.rela.text.unlikely.' '0123456789abcdef' 'Breakpoint 1, ' 'Command: p:' ' Comm: PID: #' "b'" ' [a]'
  ' [' 'a+0x1/0x2 [' '%--' '[u8; 4]' '<a as b>::' '$' '} /* ' ': work struct ' '<<<<>' 'a<' ' <a<' 'a>'
  '_RINvC1a1bI' 'B_' ' from ' '(a) ' '[<' ' #' 'a< ' 'a<,' '{ '
)
for unit in "${units[@]}"; do
  fill "$unit"
  # As if it stood in a list, or were a folded stack.
  fill "$unit" 'ffffffff81000000 T '
  fill "$unit" 'comm;' ' 12'
  fill "$unit" '    pending:'
done

# Names of a megabyte.
fill a 'ffffffff81000000 T ' '.isra.0'
fill a 'ffffffff81000000 T _RNvC1a1048000_'
fill R 'ffffffff81000000 T _RNvM' 'hC1a1b'
fill Nv 'ffffffff81000000 T _R' 'C1a1b'
fill T 'ffffffff81000000 T _RINvC1a1b'
fill '$LT$' 'ffffffff81000000 T _ZN1048000' '17h0123456789abcdefE'
fill '.isra.0' 'ffffffff81000000 T a'
fill '.llvm.1.isra.0.cold' 'ffffffff81000000 T a'
fill __pfx_ 'ffffffff81000000 T ' a.isra.0

# Each step of a name means the step before twice; what is meant at first prints much or nothing.
double() { # STEPS EMPTY
  number=$((number + 1))
  awk -v steps="$1" -v empty="$2" '
    function base62(n,  text) {
      if (n == 0) return "_"
      n--
      do { text = substr("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", n % 62 + 1, 1) text; n = int(n / 62) } while (n > 0)
      return text "_"
    }
    BEGIN {
      name = "INvC1a1b"
      place = length(name)
      if (empty == 0) name = name "ThhE"
      else {
        for (i = 0; i < empty; i++) name = name "Nv"
        name = name "C0"
        for (i = 0; i < empty; i++) name = name "0"
      }
      for (i = 0; i < steps; i++) {
        here = length(name)
        name = name "TB" base62(place) "B" base62(place) "E"
        place = here
      }
      for (i = 0; i < 1048576; i += length(name) + 22) print "ffffffff81000000 T _R" name "E"
    }' >"$directory/$(printf '%03d' "$number")"
}
for steps in 8 10 16 60; do
  double $steps 0
  double $steps 10
  double $steps 100
done
# Many short lines.
yes '' | head -c 1048576 >"$directory/lines" || true
yes a.isra.0 | head -c 1048576 >"$directory/names" || true
awk 'BEGIN { for (i = 0; i < 45000; i++) printf " f%d+0x1/0x2 [m%d]\n", i, i }' >"$directory/modules"
awk 'BEGIN { for (i = 0; i < 16000; i++) printf "%064x\n", i }' >"$directory/digests"
