#!/bin/sh
# Shows what the tests do not notice: changes places of the libraries (`<` for `<=`, `false` for
# `true`, `+ 2` for `+ 1` …) and lists the changes with which all tests pass.
#
#   mutants.sh COUNT SEED [TARGET]     as in mutants.sh 60 7 Kallsyms; all library targets without one
#
# All changes are built at once, into a copy of the tree, where each asks the environment whether it
# is the one to make (Tests/Mutants/Mutants.swift); so each costs a run of tests and no build. A
# place where that does not compile is left out. Tests are built and run as in CI, without the caches of kernels.
# A run of each test without a change shows in which tests a change would make a difference to a value at its
# place; a change is tried by these: by those of the changed target first and of the commands last, the quick
# ones before the slow ones, until one fails.
#
# With a COUNT of 0 nothing is tried: all places are listed at which no test would see a difference.
#
# Tests/Mutants/equal.txt lists changes known to change nothing, with the reason. The copy is in
# KSYM_MUTANTS (default ~/.cache/ksym/mutants), and with it results.txt. KSYM_WORKERS changes are tried at
# a time (default: as many as there are processors). The exit status is 1 if a change survived.
set -eu
export LC_ALL=C
count=${1:?how many} seed=${2:?a seed} target=${3:-}
top=$(cd "$(dirname "$0")/.." && pwd)
store=${KSYM_MUTANTS:-${XDG_CACHE_HOME:-$HOME/.cache}/ksym/mutants}
tree=$store/tree results=$store/results.txt equal=$top/Tests/Mutants/equal.txt
workers=${KSYM_WORKERS:-$(nproc)}
tab=$(printf '\t')

# Copies the tree and changes it. Files that come out as before keep their time: little is built again.
copy_tree() {
  rm -rf "$store/new"
  mkdir -p "$tree" "$store/new"
  (cd "$top" && git ls-files -coz --exclude-standard | tar --null -T - -cf -) | tar -xf - -C "$store/new"
  (cd "$store/new" && apply_all)
  sed -i -e '/treatAllWarnings/d' \
    -e 's/^\(  \.target(name: name, dependencies: dependencies\),/\1 + ["Mutants"],/' \
    -e 's/^  targets: \[$/&\n    .target(name: "Mutants", path: "Tests\/Mutants", sources: ["Mutants.swift"], swiftSettings: [.unsafeFlags(["-O"])]),/' \
    "$store/new/Package.swift"
  (cd "$tree" && find . -name .build -prune -o -type f -print) | while read -r file; do
    [ -e "$store/new/$file" ] || rm "$tree/$file"
  done
  (cd "$store/new" && find . -type f -o -type l) | while read -r file; do
    cmp -s "$store/new/$file" "$tree/$file" && continue
    mkdir -p "$tree/${file%/*}"
    cp -dp "$store/new/$file" "$tree/$file"
  done
}

# Lines of "random, file, line, column, length, what asks for the change, the changed line", with tabs;
# the last but one has # for the number of the change.
candidates() {
  (cd "$top" && git ls-files -co --exclude-standard "Sources${target:+/$target}" | grep '\.swift$' | grep -v '/ksym/') |
    (cd "$top" && xargs awk -v seed="$seed" '
      BEGIN {
        srand(seed)
        add(" < ", " <= ", " |< less(#) >| "); add(" <= ", " < ", " |< atMost(#) >| ")
        add(" > ", " >= ", " |< more(#) >| "); add(" >= ", " > ", " |< atLeast(#) >| ")
        add(" == nil", " != nil", " |! absent(#)"); add(" != nil", " == nil", " |! present(#)")
        add(" == ", " != ", " |~ equal(#) ~| "); add(" != ", " == ", " |~ unequal(#) ~| ")
        add(" && ", " || ", " |& both(#) &| "); add(" || ", " && ", " |/ either(#) /| ")
        add("true", "false", "truth(#, true)"); add("false", "true", "truth(#, false)")
        add(" + 1", " + 2", " + one(#)"); add(" - 1", " - 2", " - one(#)")
        add("&+ 1", "&+ 2", "&+ one(#)"); add("&- 1", "&- 2", "&- one(#)")
        add("continue", "break", "if isMutant(#) { break } else { continue }")
        add("min(", "max(", "lesser(#, "); add("max(", "min(", "greater(#, ")
      }
      function add(old, new, site) { from[++n] = old; to[n] = new; asks[n] = site }
      function inside_string(before, copy) { copy = before; return gsub(/"/, "", copy) % 2 }
      function is_word(old, character) { return old ~ /^[a-z]/ && character ~ /[A-Za-z0-9_.]/ }
      function is_place(old, at, after) {
        after = substr($0, at + length(old), 1)
        if (index(substr($0, 1, at), "// ")) return 0
        if (inside_string(substr($0, 1, at - 1)) || is_word(old, substr($0, at - 1, 1))) return 0
        if (old ~ /[a-z]$/ && is_word("a", after)) return 0
        if (old ~ /[!=]= $/ && substr($0, at + 4, 3) == "nil") return 0
        return !(old ~ /1$/ && after ~ /[0-9_]/)
      }
      FNR == 1 { long = 0 }
      /"""/ { long = !long; next }
      long || /^[ \t]*(\/\/|@)/ || /(^| )import / || /static func [<=]/ || /where [A-Z][A-Za-z.]* == / {
        next
      }
      {
        for (i = 1; i <= n; i++)
          for (at = 1; (step = index(substr($0, at), from[i])); at += length(from[i])) {
            at += step - 1
            if (!is_place(from[i], at)) continue
            line = substr($0, 1, at - 1) to[i] substr($0, at + length(from[i]))
            sub(/^ */, "", line)
            printf "%.9f\t%s\t%d\t%d\t%d\t%s\t%s\n",
              rand(), FILENAME, FNR, at, length(from[i]), asks[i], line
          }
      }')
}

# Puts what is chosen into the files of the current directory, lines staying where they are.
apply_all() {
  cut -f3 "$store/chosen" | sort -u | while read -r file; do
    awk -F'\t' -v file="$file" '$3 == file' "$store/chosen" |
      sort -t "$tab" -k4,4n -k5,5nr >"$store/edits"
    awk -F'\t' '
      NR == FNR { edit[$4, ++edits[$4]] = $0; next }
      FNR == 1 { printf "public import Mutants; " }
      {
        for (i = 1; i <= edits[FNR]; i++) {
          split(edit[FNR, i], part, "\t")
          gsub(/#/, part[1], part[7])
          $0 = substr($0, 1, part[5] - 1) part[7] substr($0, part[5] + part[6])
        }
        print
      }' "$store/edits" "$file" >"$store/file"
    cp "$store/file" "$file"
  done
}

build() { make -s -C "$tree" build-tests >"$store/build.log" 2>&1; }

# Leaves out the changes near which the compiler has complained; false if there are none.
leave_out() {
  sed -nE "s|^$tree/(Sources/[^:]*):([0-9]+):[0-9]+: error:.*|\1\t\2|p" "$store/build.log" |
    sort -u >"$store/errors"
  for distance in 3 12 100000; do
    awk -F'\t' -v distance=$distance '
      NR == FNR { file[++n] = $1; line[n] = $2; next }
      {
        for (i = 1; i <= n; i++)
          if ($3 == file[i] && $4 - line[i] <= distance && line[i] - $4 <= distance) next
        print
      }' "$store/errors" "$store/chosen" >"$store/left"
    cmp -s "$store/left" "$store/chosen" && continue
    mv "$store/left" "$store/chosen"
    return 0
  done
  return 1
}

# Runs tests, named by their numbers in the list, with a change or none (0); more than LIMIT seconds are a failure.
run_tests() { # run_tests CHANGE LIMIT TEST...
  change=$1 limit=$2
  shift 2
  # The names as expressions, as in ^Room\.Suite/function\(\)
  awk 'NR == FNR { wanted[$1]; next } FNR in wanted { gsub(/[][(){}.*+?|^$\\]/, "\\\\&"); print "^" $0 }' - "$store/tests" \
    >"$store/filter-$worker" <<END
$(printf '%s\n' "$@")
END
  (
    unset KSYM_CORPUS
    cd "$tree"
    sed 's/^/--filter\n/' "$store/filter-$worker" | KSYM_MUTANT=$change XDG_CACHE_HOME=$store/no-cache \
      KSYM_KERNELS=$store/no-cache timeout "$limit" xargs -d '\n' -x "$program" --testing-library swift-testing
  ) >"$store/test-$worker.log" 2>&1
}

# The first test that failed, for the list.
witness() {
  sed -nE 's/\x1b\[[0-9;]*m//g; s/^✘ Test (.*) (recorded an issue|failed).*/\1/p' "$store/test-$worker.log" |
    head -1
}

# Runs each test whose number leaves the worker's, without a change; it leaves which changes it reaches, and how long
# it took, in hundredths of a second.
look_at_tests() {
  worker=$1
  for number in $(seq $((worker + 1)) "$workers" "$(wc -l <"$store/tests")"); do
    started=$(date +%s%N)
    KSYM_MUTANTS_REACHED=$store/reached/$number run_tests 0 3600 "$number" ||
      { cp "$store/test-$worker.log" "$store/failed.log"; return 1; }
    echo "$number $((($(date +%s%N) - started) / 10000000))" >>"$store/took-$worker"
  done
}

# The tests that reach a change, in the order in which they are asked, with the time that each takes.
reaching() { # reaching CHANGE ROOM
  awk -v change="$1" '$1 == change { print $2 }' "$store/reaching" |
    awk -v room="$2Tests." 'FILENAME == ARGV[1] { took[$1] = $2; next }
      FILENAME == ARGV[2] { name[FNR] = $0; next }
      { print index(name[$1], room) == 1 ? 0 : name[$1] ~ /^CommandTests/ ? 2 : 1, took[$1], $1 }' \
      "$store/took" "$store/tests" - | sort -k1,1n -k2,2n | cut -d ' ' -f 2,3
}

# Whether tests notice a change. They are run in parts of about a second, then four, then sixteen, what it costs to
# start each by itself left out.
is_noticed() { # is_noticed CHANGE ROOM
  least=$(cut -d ' ' -f 2 "$store/took" | sort -n | head -1)
  reaching "$1" "$2" | awk -v least="$least" '
    BEGIN { most = 100 }
    {
      $1 -= least - 2
      if (part != "" && sum + $1 > most) { print sum, part; part = ""; sum = 0; if (most < 1600) most *= 4 }
      sum += $1
      part = part " " $2
    }
    END { if (part != "") print sum, part }' >"$store/parts-$worker"
  while read -r took part; do
    # shellcheck disable=SC2086
    run_tests "$1" $((20 + took * workers / 20)) $part || return 0
  done <"$store/parts-$worker"
  return 1
}

# Whether a change is listed as one that changes nothing: by its text; where several changes of a file have that
# text, with the number among them, as in "FILE (2 of 3): TEXT", or for "(all 3)".
is_listed() { # is_listed FILE LINE TEXT
  numbers=$(awk -F "$tab" -v file="$1" -v line="$2" -v text="$(printf '%s' "$3" | sed 's/\\/&&/g')" '
    $2 == file && $7 == text { all++; if ($3 <= line) upto++ }
    END { print upto + 0, all + 0 }' "$store/candidates")
  case $numbers in
  "1 1") grep -qF "$1: $3  " "$equal" ;;
  *) grep -qF -e "$1 (${numbers% *} of ${numbers#* }): $3  " -e "$1 (all ${numbers#* }): $3  " "$equal" ;;
  esac
}

# Tries every change whose place in the list leaves the worker's number.
try_changes() {
  worker=$1
  head -"$count" "$store/chosen" | awk -v worker="$worker" -v workers="$workers" 'NR % workers == worker' |
    while IFS="$tab" read -r number _ file line _ _ _ text; do
      room=${file#Sources/} room=${room%%/*}
      verdict=SURVIVED
      if is_listed "$file" "$line" "$text"; then
        verdict=equal
      elif is_noticed "$number" "$room"; then
        verdict=noticed
        text="$text$tab$(witness)"
      fi
      printf '%s\t%s:%s\t%s\n' "$verdict" "$file" "$line" "$text" | tee -a "$results"
    done
}

mkdir -p "$store"
# A few more than asked for: some do not compile.
most=$((count + count / 4 + 4))
[ "$count" -gt 0 ] || most=1000000
candidates | sort >"$store/candidates"
head -$most "$store/candidates" | cat -n | sed "s/^ *//" >"$store/chosen"
echo "Building $(wc -l <"$store/chosen") changes …"
copy_tree
until build; do
  leave_out || { echo "mutants: the tree does not build, see $store/build.log" >&2; exit 2; }
  copy_tree
done
echo "$(wc -l <"$store/chosen") of them compile. Running the tests without a change …"
program=$(find "$tree/.build-release/" -path '*/release/ksymPackageTests.xctest' | head -1)
: >"$results"
rm -rf "$store/reached" "$store"/took*
mkdir -p "$store/reached"
if [ "$count" -eq 0 ]; then
  KSYM_MUTANTS_REACHED="$store/reached/all" XDG_CACHE_HOME=$store/no-cache KSYM_KERNELS=$store/no-cache \
    sh -c 'cd "$1" && "$2" --testing-library swift-testing' - "$tree" "$program" >"$store/test.log" 2>&1 ||
    { echo "mutants: tests fail without a change, see $store/test.log" >&2; exit 2; }
  od -An -v -tu4 -w4 "$store/reached/all" | sort -u >"$store/reaching"
  awk -F "$tab" 'NR == FNR { reached[$1 + 0]; next } !($1 in reached)' "$store/reaching" "$store/chosen" |
    while IFS="$tab" read -r number _ file line _ _ _ text; do
      is_listed "$file" "$line" "$text" || printf 'same\t%s:%s\t%s\n' "$file" "$line" "$text"
    done | sort -t "$tab" -k2,2V | tee "$results"
  exit
fi
"$program" --testing-library swift-testing --list-tests 2>/dev/null | grep / | sort -u >"$store/tests"
worker=0
while [ "$worker" -lt "$workers" ]; do
  look_at_tests "$worker" &
  worker=$((worker + 1))
done
wait
cat "$store"/took-* >"$store/took"
[ "$(wc -l <"$store/took")" -eq "$(wc -l <"$store/tests")" ] ||
  { echo "mutants: tests fail without a change, see $store/failed.log" >&2; exit 2; }
(cd "$store/reached" && for test in *; do
  od -An -v -tu4 -w4 "$test" | sort -u | sed "s/\$/ $test/"
done) >"$store/reaching"

worker=0
while [ "$worker" -lt "$workers" ]; do
  try_changes "$worker" </dev/null &
  worker=$((worker + 1))
done
wait
awk -F '\t' '
  { number[$1]++ }
  END {
    printf "%d changes tried, %d noticed, %d equal, %d survived\n", NR, number["noticed"], number["equal"],
      number["SURVIVED"]
    exit number["SURVIVED"] > 0
  }' "$results"
