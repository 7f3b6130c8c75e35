#!/bin/sh
# Holds the floors and the table of Documentation/Architecture.md against Package.swift and the imports
# of the sources: an import goes to a lower floor or along an arrow, every target has its place in both,
# and Package.swift declares for each target what it imports, no more and no less.
set -eu
cd "$(dirname "$0")/.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# imports: "TARGET IMPORTED" for every target of the package and our own modules that it imports.
folders() {
  for folder in Sources/*/; do echo "$(basename "$folder") $folder"; done
  for folder in Tests/*Tests/; do echo "$(basename "$folder") $folder"; done
  echo "ConformanceTests Tests/Conformance/"
  echo "FuzzTargets Fuzz/Targets/"
  echo "TestSupport Tests/TestSupport/"
  echo "Snippets Tests/Snippets/"
}
folders | while read -r target folder; do
  { grep -rhoE --include='*.swift' \
    '^(@[A-Za-z_]+ )*((public|package|internal|private|fileprivate) )?import [A-Za-z0-9_]+' \
    "$folder" || true; } | awk -v target="$target" '{ print target, $NF }'
done | sort -u >"$work/all"
ls Sources >"$work/sources"
echo TestSupport | sort -u - "$work/sources" >"$work/own"
awk 'NR == FNR { own[$1]; next } $2 in own' "$work/own" "$work/all" >"$work/imports"

# declared: the same pairs, as Package.swift has them (all on one line, then one target a line).
tr -s ' \n' ' ' <Package.swift |
  sed -E 's/(floor|tests|\.(executableT|testT|t)arget)\(/\n&/g; s/swiftLanguageModes/\n&/' |
  sed -nE 's/^tests\( ?"([A-Za-z]+)"/target "\1Tests" "TestSupport"/p
    s/^(floor|\.[a-zA-Z]*arget)\( ?(name: )?"([A-Za-z]+)"/target "\3"/p' |
  sed -E 's/\.product\([^)]*\)//g; s/path: "[^"]*"//' |
  awk -F'"' '{ for (i = 4; i <= NF; i += 2) print $2, $i }' | sort -u |
  awk 'NR == FNR { own[$1]; next } $2 in own' "$work/own" - >"$work/declared"

# Tests import their support where they use it; the others import what they declare.
{
  comm -23 "$work/imports" "$work/declared" |
    sed -E 's/^([^ ]+) (.*)/Package.swift: \1 imports \2 and does not declare it/'
  comm -13 "$work/imports" "$work/declared" | grep -v ' TestSupport$' |
    sed -E 's/^([^ ]+) (.*)/Package.swift: \1 declares \2 and does not import it/'
} >"$work/faults"

# The drawing: the first fenced block, one floor a line; a line that is indented further goes on.
awk -v page=Documentation/Architecture.md -v sources="$work/sources" -v imports="$work/imports" '
  BEGIN { while ((getline name < sources) > 0) target[name] }
  /^```/ { fence++; next }
  fence == 1 {
    if ($0 ~ /^ ?[a-z]/) level++
    gsub(/\([^)]*\)/, "")
    previous = ""
    for (i = 1; i <= NF; i++) {
      if ($i == "→") { from = previous; continue }
      if ($i in target) { floor[$i] = level; drawn[$i]++ }
      if (from != "") { arrow[from, $i]; from = "" }
      previous = $i
    }
  }
  /^\| *`/ { split($0, part, "|"); names = part[2]
    while (match(names, /`[A-Za-z]+`/)) {
      name = substr(names, RSTART + 1, RLENGTH - 2); names = substr(names, RSTART + RLENGTH)
      row[name]
      if (!(name in target)) print page ": the table has " name ", which is no target"
    } }
  END {
    for (name in target) {
      if (drawn[name] != 1) print page ": the floors have " name " " drawn[name] + 0 " times, not once"
      if (!(name in row) && name !~ /^C[A-Z]/) print page ": the table has no row for " name
    }
    while ((getline line < imports) > 0) {
      split(line, pair, " ")
      if (!(pair[1] in target) || pair[1] == pair[2]) continue
      if (floor[pair[2]] > floor[pair[1]]) continue
      if (!((pair[1], pair[2]) in arrow))
        print page ": " pair[1] " imports " pair[2] ", which is not on a lower floor"
    }
  }' Documentation/Architecture.md >>"$work/faults"

# Types that the page names exist.
grep -oE '`[A-Z][a-z]+[A-Z][A-Za-z]+`' Documentation/Architecture.md | tr -d '`' | sort -u |
  while read -r name; do
    grep -rqw -e "$name" Sources Package.swift ||
      [ -d "Sources/$name" ] || [ -d "Tests/$name" ] ||
      echo "Documentation/Architecture.md: names $name, which is nowhere in the sources"
  done >>"$work/faults"

# Every library target has tests of its own.
grep -v '^C[A-Z]' "$work/sources" | while read -r target; do
  tests=Tests/${target}Tests
  [ "$target" = ksym ] && tests=Tests/CommandTests
  [ -d "$tests" ] || echo "$tests: missing; $target has no tests of its own"
done >>"$work/faults"

sort "$work/faults" >&2
[ ! -s "$work/faults" ]
