#!/bin/sh
# Runs a test command, then says how many tests passed, failed and were skipped, and for want of what.
#
# usage: run-tests.sh COMMAND...        as in run-tests.sh swift test --disable-xctest
#
# The exit status is the command's.
set -u

log=$(mktemp)
trap 'rm -f "$log" "$log.status"' EXIT
{ "$@" 2>&1; echo $? >"$log.status"; } | tee "$log"
read -r status <"$log.status"

LC_ALL=C awk '
  # Lines of tests that run at the same time may be mixed; the sum at the end is whole.
  match($0, /Test run with [0-9]+ test/) { total = substr($0, RSTART + 14, RLENGTH - 19) + 0 }
  / Test ("|[A-Za-z_0-9]+\().* failed after [0-9.]+ seconds/ { failed++ }
  / Test ("|[A-Za-z_0-9]+\().* skipped: "/ {
    skipped++
    sub(/.* skipped: "/, ""); sub(/"[^"]*$/, "")
    reasons[$0]++
  }
  /ksym tests: a case is skipped: / { cases++ }
  END {
    for (reason in reasons) printf "skipped: %3d  %s\n", reasons[reason], reason | "sort"
    close("sort")
    if (cases) printf "skipped: %3d  cases of other tests\n", cases
    printf "%d passed, %d failed, %d skipped\n", total - failed - skipped, failed, skipped
  }' "$log"
exit "$status"
