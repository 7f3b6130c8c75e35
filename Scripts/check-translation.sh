#!/bin/bash
# Checks ksym translate on more text than the tests carry.
#
#   check-translation.sh KERNEL…     round trips of all names of these kernels, and of the modules
#                                    below those that are directories
#   LOGS=FILE…                       logs with traces of the first kernel: they must come back
#   TEXTS=FILE…                      texts that must stay as they are but for lines that hold recorded
#                                    traces, such as Documentation/ of linux-source, and system logs
#   MEGABYTES=100                    random bytes that must stay as they are
#   LISTS=DIRECTORY                  where to leave what is ambiguous, and what is lost
#
# Exit status: 0 all held, 1 one did not. KSYM is the command (default .build-release/release/ksym).
set -uo pipefail
export LC_ALL=C
top=$(cd "$(dirname "$0")/.." && pwd)
ksym=${KSYM:-$top/.build-release/release/ksym}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
lists=${LISTS:-$work}
mkdir -p "$lists"
missed=0

# back TITLE TEXT FORM OPTION…: there and back; what differs must be what was said to be ambiguous.
back() {
  title=$1 text=$2 form=$3
  shift 3
  "$ksym" translate --to "$form" "$text" >"$work/there"
  "$ksym" translate -v --to linkage "$@" "$work/there" >"$work/back" 2>"$work/said"
  sed -n 's/^ksym: [^ ]*: \(.*\) is the name of .*/\1/p' "$work/said" | sort -u >"$lists/ambiguous"
  sed -n 's/^ksym: [^ ]*: \(.*\) is the name of \(.*\)/\1\t\2/p' "$work/said" |
    sort -u >"$lists/$(echo "$title-$form" | tr -c 'A-Za-z0-9.\n-' _).ambiguous"
  # Names of modules that were not given stay; the name is the only thing in a line that may be ambiguous.
  sed -n 's/.* \(\[[^]]*\]\): not found in that module.*/\1/p' "$work/said" | sort -u >"$work/modules-not-given"
  awk -v there="$work/there" -v back="$work/back" -v ambiguous="$lists/ambiguous" \
    -v unexplained="$work/unexplained" -v title="$title" -v form="$form" \
    -v modules="$work/modules-not-given" '
    BEGIN { printf "" >unexplained; while ((getline line <ambiguous) > 0) { known[line]; count++ }
      while ((getline line <modules) > 0) absent[line] }
    { getline changed <there; getline returned <back
      if ($0 != changed) rewritten++
      if ($0 == returned) next
      stay++
      if (match(changed, /\[[^]]*\]$/) && substr(changed, RSTART) in absent) { missing++; next }
      name = changed
      sub(/^[^ \t]*( [^ ])?[ \t]/, "", name)
      sub(/\t\[.*$/, "", name)
      if (!(name in known)) { lost++; print changed >unexplained } }
    END { printf "%s: %d lines, %d changed as %s; %d differ, %d names ambiguous, " \
        "%d of modules that are not there, %d lost otherwise\n",
        title, NR, rewritten, form, stay, count, missing, lost }' "$text"
  [[ ! -s "$work/unexplained" ]] || { head -n 5 "$work/unexplained"; missed=1; }
}

for kernel in "$@"; do
  label=$(basename "$kernel")
  [[ -d $kernel ]] && modules=--with-modules || modules=
  # Labels of assembly code in modules are no names: kallsyms passes over them.
  "$ksym" symbols --format kallsyms $modules "$kernel" | grep -av ' \.L' >"$work/all"
  grep -av '\[' "$work/all" >"$work/kernel"
  grep -a '\[' "$work/all" >"$work/modules"
  # Names alone: nothing beside them tells equal ones apart.
  sed 's/^[^ ]* . /0x00000000\t/; s/\t\[.*//' "$work/kernel" | sort -u >"$work/names"
  sed 's/^[^ ]* . /0x00000000\t/; s/\t\[.*//' "$work/all" | sort -u >"$work/every"
  "$ksym" table build -o "$work/table" "$kernel" || missed=1
  for form in readable source hashed; do
    back "$label, names alone, by the kernel" "$work/names" $form -k "$kernel"
    back "$label, with addresses, by the kernel" "$work/kernel" $form -k "$kernel"
    [[ ! -s "$work/modules" ]] ||
      back "$label, of modules, by the kernel" "$work/modules" $form -k "$kernel"
    back "$label, names alone, by a table" "$work/every" $form --names "$work/table"
  done
done

for log in ${LOGS:-}; do
  for form in readable source; do
    back "$log" "$log" $form -k "${1:?a kernel is needed for LOGS}"
    "$ksym" translate --keep-linkage --to $form "$log" | "$ksym" translate --to linkage | cmp - "$log" ||
      missed=1
  done
done

for text in ${TEXTS:-}; do
  "$ksym" translate "$text" | diff -a "$text" - | grep -a '^<' >"$work/lines"
  plain=$(grep -avcE '\.(llvm|isra|constprop|part|cold)\.[0-9]|_R[CMXYNI]' "$work/lines")
  echo "$text: $(wc -l <"$work/lines") lines of recorded traces changed, $plain others"
  [[ $plain -eq 0 ]] || missed=1
  for kernel in "$@"; do
    # The other way plain names are looked up: what changes must stand in a trace.
    "$ksym" translate --to linkage --ambiguous all -k "$kernel" "$text" | diff -a "$text" - |
      grep -a '^<' >"$work/lines"
    plain=$(grep -avcE ' <-|=> |\(\)|\+0x|<[a-z_.]*>' "$work/lines")
    echo "$text: $(wc -l <"$work/lines") lines of traces changed going back, $plain others"
    [[ $plain -eq 0 ]] || { grep -avE ' <-|=> |\(\)|\+0x' "$work/lines" | head; missed=1; }
  done
done

head -c "$((${MEGABYTES:-100} << 20))" /dev/urandom >"$work/random"
for options in '' ${1:+"--to linkage -k $1"}; do
  # shellcheck disable=SC2086
  if "$ksym" translate $options "$work/random" | cmp - "$work/random"; then
    echo "${MEGABYTES:-100} MiB of random bytes${options:+, $options}: unchanged"
  else
    missed=1
  fi
done
exit $missed
