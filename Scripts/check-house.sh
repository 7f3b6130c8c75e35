#!/bin/sh
# Rules of the house that no compiler or formatter checks: lengths, documentation of what others see,
# no options of the command below it, no references to documents that are not here, width of Markdown.
# CONTRIBUTING.md gives the reasons.
set -eu
export LC_ALL=C
cd "$(dirname "$0")/.."

faults=$(mktemp)
trap 'rm -f "$faults"' EXIT

swift_files() {
  find "$@" -name '*.swift' -not -path '*/.build*' -not -path '*/Fixtures/*' | sort
}

# Files of up to 400 lines, functions of up to 60 (from `func` to the brace in its column).
swift_files Sources Tests Fuzz Benchmarks Library packaging Package.swift | xargs awk '
  function indent(line) { match(line, /^ */); return RLENGTH }
  FNR == 1 { start = 0 }
  FNR == 401 { print FILENAME ": longer than 400 lines; split it by type or aspect" }
  !start && /^ *(@[A-Za-z_]+(\([^)]*\))? +|[a-z]+ +)*(func|init|deinit|subscript)[ (?<]/ {
    start = FNR; column = indent($0)
    if ($0 ~ /\{.*\}$/) start = 0
    next
  }
  start && indent($0) == column && /^ *\}/ {
    if (FNR - start + 1 > 60) print FILENAME ":" start ": a function of " FNR - start + 1 " lines; 60 is the most"
    start = 0
  }
  start && indent($0) < column && NF { start = 0 }' >>"$faults"

# What users of the library see has a documentation comment.
swift_files Sources | xargs awk '
  FNR == 1 { documented = 0 }
  /^ *\/\/\// { documented = 1; next }
  /^ *(@[A-Za-z_]+(\([^)]*\))? *)+$/ { next }
  /^ *(@[A-Za-z_]+(\([^)]*\))? )*public / && !/ (import|extension|override) / && !/^ *public (init\(\)|var description:|func encode\(|func hash\(|static func (==|<))/ {
    if (!documented) print FILENAME ":" FNR ": no documentation comment"
  }
  { documented = 0 }' >>"$faults"

# Options are words of the command: below it, answers have codes, and the command puts them into words.
# Those of other tools, as in `perf probe --add`, are allowed.
options=$(grep -ohE -- "-l '?[a-z][a-z-]+" packaging/completions/ksym.fish | tr -d "'" | sort -u |
  sed 's/^-l //' | tr '\n' ' ')
swift_files Sources | grep -v '^Sources/ksym/' | xargs awk -v options="$options" '
  BEGIN { count = split(options, name, " "); for (i = 1; i <= count; i++) own[name[i]] }
  FNR == 1 { long = 0 }
  { mark = /"""/; if (mark) long = !long }
  /^ *\/\// && !long { next }
  long || mark || /"[^"]*--[a-z]/ {
    text = $0
    while (match(text, /--[a-z][a-z-]*/)) {
      if (substr(text, RSTART + 2, RLENGTH - 2) in own)
        print FILENAME ":" FNR ": names the option " substr(text, RSTART, RLENGTH) \
          "; give a code, and word it in Sources/ksym/Words"
      text = substr(text, RSTART + RLENGTH)
    }
  }' >>"$faults"

# Comments cite the kernel by file and release, or a document of this repository.
grep -rnI --include='*.swift' --include='*.md' --include='*.sh' '§' \
  Sources Tests Fuzz Benchmarks Documentation Scripts packaging ./*.md |
  grep -v -e '^Tests/Fixtures/' -e '^Scripts/check-house.sh' |
  sed -E 's/^([^:]*:[0-9]*):.*/\1: refers to a section (§) of a document that is not in the repository/' >>"$faults"

# Links of Markdown lead to files that exist; lines of prose are up to 110 columns wide.
find . -name '*.md' -not -path '*/.build*' | sed 's,^\./,,' | sort >"$faults.pages"
while read -r page; do
  awk -v page="$page" '
    /^ *```/ { fence = !fence; next }
    fence || /^ *\|/ || /https?:\/\// { next }
    # Characters, not bytes: continuation bytes of UTF-8 do not count.
    { line = $0; gsub(/[\200-\277]/, "", line) }
    length(line) > 110 { print page ":" FNR ": wider than 110 columns" }' "$page"
  { grep -oE '\]\([^)# ]+' "$page" || true; } | sed 's/^](//' | while read -r link; do
    case $link in http*) continue ;; esac
    [ -e "$(dirname "$page")/$link" ] || echo "$page: links to $link, which does not exist"
  done
done <"$faults.pages" >>"$faults"
rm -f "$faults.pages"

cat "$faults" >&2
[ ! -s "$faults" ]
