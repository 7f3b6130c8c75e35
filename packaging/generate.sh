#!/bin/sh
# Writes manual pages and shell completions from the command itself.
#
#   generate.sh KSYM MANUALS-DIRECTORY COMPLETIONS-DIRECTORY
set -eu
ksym=${1:?usage: generate.sh KSYM MANUALS COMPLETIONS}
manuals=${2:?} completions=${3:?}
here=$(cd "$(dirname "$0")" && pwd)
tool=$here/../.build-release/manuals

if [ ! -x "$tool" ] || [ "$here/manuals/Manuals.swift" -nt "$tool" ]; then
  swiftc -parse-as-library -o "$tool" "$here/manuals/Manuals.swift"
fi
mkdir -p "$manuals" "$completions"
rm -f "$manuals"/*.1
# Help is the same on every machine: nothing of the environment may show in it.
env -i "$ksym" --experimental-dump-help | "$tool" "$manuals" "$("$ksym" --version)"
env -i "$ksym" --generate-completion-script bash >"$completions/ksym.bash"
env -i "$ksym" --generate-completion-script zsh >"$completions/_ksym"
env -i "$ksym" --generate-completion-script fish >"$completions/ksym.fish"
