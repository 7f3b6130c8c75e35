#!/bin/bash
# Checks ksym translate on more text than the tests carry.
#
#   check-translation.sh KERNEL…     round trips of all names of these kernels
#   TEXTS=FILE…                      texts that must stay as they are but for lines that hold recorded
#                                    traces, such as Documentation/ of linux-source, and system logs
#   MEGABYTES=100                    random bytes that must stay as they are
#
# Exit status: 0 all held, 1 one did not. KSYM is the command (default .build-release/release/ksym).
set -uo pipefail
export LC_ALL=C
top=$(cd "$(dirname "$0")/.." && pwd)
ksym=${KSYM:-$top/.build-release/release/ksym}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
missed=0

for kernel in "$@"; do
  # Names alone: nothing beside them tells equal ones apart.
  "$ksym" symbols --format nm "$kernel" | awk '{ print "0x00000000\t" $3 }' | sort -u >"$work/names"
  for form in readable source hashed; do
    "$ksym" translate --to $form "$work/names" >"$work/$form"
    "$ksym" translate -v --to linkage -k "$kernel" "$work/$form" >"$work/back" 2>"$work/said"
    changed=$(cmp -l "$work/names" "$work/$form" >/dev/null 2>&1 && echo 0 || diff "$work/names" "$work/$form" | grep -c '^>')
    # What does not come back must be what was said to be ambiguous.
    paste "$work/names" "$work/back" | awk -F '\t' '$2 != $4 { print $4 }' | sort -u >"$work/lost"
    sed -n 's/^ksym: [^ ]*: \(.*\) is the name of .*/\1/p' "$work/said" | sort -u >"$work/ambiguous"
    unexplained=$(comm -23 "$work/lost" "$work/ambiguous" | wc -l)
    echo "$kernel: $(wc -l <"$work/names") names, $changed as $form," \
      "$(wc -l <"$work/ambiguous") ambiguous, $unexplained lost otherwise"
    [[ $unexplained -eq 0 ]] || { comm -23 "$work/lost" "$work/ambiguous" | head; missed=1; }
  done
done

for text in ${TEXTS:-}; do
  "$ksym" translate "$text" | diff -a "$text" - | grep -a '^<' >"$work/lines"
  plain=$(grep -avcE '\.(llvm|isra|constprop|part|cold)\.[0-9]|_R[CMXYNI]' "$work/lines")
  echo "$text: $(wc -l <"$work/lines") lines of recorded traces changed, $plain others"
  [[ $plain -eq 0 ]] || missed=1
done

head -c "$((${MEGABYTES:-100} << 20))" /dev/urandom >"$work/random"
if "$ksym" translate "$work/random" | cmp - "$work/random"; then echo "random bytes: unchanged"; else missed=1; fi
exit $missed
