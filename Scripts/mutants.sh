#!/bin/sh
# Shows what the tests do not notice: changes one place of the libraries at a time (`<` for `<=`,
# `false` for `true`, `+ 2` for `+ 1` …), builds, and runs the tests as CI does, without the caches
# of kernels. A change that no test notices survives and is listed.
#
#   mutants.sh COUNT SEED [TARGET]     as in mutants.sh 60 7 Kallsyms; all library targets without one
#
# Tests/Mutants/equal.txt lists changes known to change nothing, with the reason. The tree that is
# changed is a copy (KSYM_MUTANTS, default ~/.cache/ksym/mutants). Results go to results.txt there.
# The exit status is 1 if a change survived.
set -eu
export LC_ALL=C
count=${1:?how many} seed=${2:?a seed} target=${3:-}
top=$(cd "$(dirname "$0")/.." && pwd)
store=${KSYM_MUTANTS:-${XDG_CACHE_HOME:-$HOME/.cache}/ksym/mutants}
tree=$store/tree results=$store/results.txt equal=$top/Tests/Mutants/equal.txt
flags="-debug-info-format none -Xswiftc -whole-module-optimization -Xswiftc -num-threads -Xswiftc 2"

# Tests must not find the caches, nor a corpus: CI has none.
run_tests() {
  (
    unset KSYM_CORPUS
    cd "$tree" && XDG_CACHE_HOME=$store/no-cache timeout 1800 \
      swift test --skip-build --disable-xctest $flags "$@" >"$store/log" 2>&1
  )
}

copy_tree() {
  mkdir -p "$tree"
  (cd "$top" && git ls-files -z | tar --null -T - -cf -) | tar -xf - -C "$tree"
}

# Lines of "random TAB file TAB line number TAB column TAB length TAB replacement".
candidates() {
  (cd "$tree" && find "Sources${target:+/$target}" -name '*.swift' ! -path '*/ksym/*' | sort) |
    (cd "$tree" && xargs awk -v seed="$seed" '
      BEGIN {
        srand(seed)
        add(" < ", " <= "); add(" <= ", " < "); add(" > ", " >= "); add(" >= ", " > ")
        add(" == ", " != "); add(" != ", " == "); add(" && ", " || "); add(" || ", " && ")
        add("true", "false"); add("false", "true"); add(" + 1", " + 2"); add(" - 1", " - 2")
        add("&+ 1", "&+ 2"); add("&- 1", "&- 2"); add("continue", "break")
        add("min(", "max("); add("max(", "min(")
      }
      function add(old, new) { from[++n] = old; to[n] = new }
      function inside_string(before, copy) { copy = before; return gsub(/"/, "", copy) % 2 }
      function is_word(old, character) { return old ~ /^[a-z]/ && character ~ /[A-Za-z0-9_.]/ }
      /^[ \t]*\/\// || /^[ \t]*(@|import|internal import|package import|public import)/ { next }
      {
        for (i = 1; i <= n; i++) {
          at = index($0, from[i])
          if (!at || inside_string(substr($0, 1, at - 1))) continue
          if (is_word(from[i], substr($0, at - 1, 1))) continue
          if (is_word(from[i], substr($0, at + length(from[i]), 1)) && from[i] !~ /\($/) continue
          if (from[i] ~ /1$/ && substr($0, at + length(from[i]), 1) ~ /[0-9_]/) continue
          printf "%.9f\t%s\t%d\t%d\t%d\t%s\n", rand(), FILENAME, FNR, at, length(from[i]), to[i]
        }
      }')
}

apply() {
  awk -v line="$2" -v at="$3" -v size="$4" -v new="$5" '
    FNR == line { $0 = substr($0, 1, at - 1) new substr($0, at + size) }
    { print }' "$top/$1" >"$tree/$1"
}

is_equal() { [ -s "$equal" ] && grep -qF "$1" "$equal"; }

copy_tree
echo "Building the tests, unchanged …"
(cd "$tree" && swift build --build-tests $flags >"$store/log" 2>&1) ||
  { echo "mutants: the tree does not build, see $store/log" >&2; exit 2; }

: >"$results"
candidates | sort >"$store/candidates"
tried=0 survived=0
while IFS='	' read -r _ file line at size new <&3; do
  [ "$tried" -lt "$count" ] || break
  apply "$file" "$line" "$at" "$size" "$new"
  text=$(sed -n "${line}{s/^ *//;p}" "$tree/$file")
  if ! (cd "$tree" && timeout 1800 swift build --build-tests $flags >"$store/log" 2>&1); then
    verdict="does not build"
  else
    tried=$((tried + 1))
    room=${file#Sources/} room=${room%%/*}
    if ! run_tests --filter "${room}Tests" || ! run_tests; then
      verdict=noticed
    elif is_equal "$file: $text"; then
      verdict=equal
    else
      verdict=SURVIVED survived=$((survived + 1))
    fi
  fi
  printf '%s\t%s:%s\t%s\n' "$verdict" "$file" "$line" "$text" | tee -a "$results"
  cp "$top/$file" "$tree/$file"
done 3<"$store/candidates"
echo "$tried changes tried, $survived survived ($results)"
[ "$survived" = 0 ]
