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
  / Test ("|[A-Za-z_0-9]+\().* (with [0-9]+ test cases? )?passed after [0-9.]+ seconds/ { passed++ }
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
    printf "%d passed, %d failed, %d skipped", passed, failed, skipped
    print cases ? ", and " cases " cases of the others" : ""
  }' "$log"
exit "$status"
