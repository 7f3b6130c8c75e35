#!/bin/sh
# Fails when the committed manual pages or completions are not what the command generates now.
#
#   check-generated.sh KSYM MANUALS-DIRECTORY COMPLETIONS-DIRECTORY
set -eu
here=$(cd "$(dirname "$0")" && pwd)
fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT
sh "$here/generate.sh" "${1:?usage: check-generated.sh KSYM MANUALS COMPLETIONS}" "$fresh/man" "$fresh/completions"
status=0
diff -ru "${2:?}" "$fresh/man" || status=1
diff -ru "${3:?}" "$fresh/completions" || status=1
if [ "$status" = 0 ]; then
  echo "Manual pages and completions are current."
else
  echo "check-generated: make manuals, and commit" >&2
fi
exit "$status"
