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
# What the generator of completions does not know: installed kernels, and the commands after help.
commands=$(env -i "$ksym" --generate-completion-script bash |
  sed -n "s/.*compgen -W '\(check [a-z ]*\) help' .*/\1/p" | head -n 1)

env -i "$ksym" --generate-completion-script bash | sed \
  -e '1{/^#!/d;}' \
  -e 's|^    local -r cur="\${2}"$|    local cur="${2}"|' \
  -e 's|^    local -r prev="\${3}"$|    local prev="${3}"\
    # To bash, --option=value is three words.\
    if [[ "${cur}" == "=" ]]; then cur=""; fi\
    if [[ "${prev}" == "=" ]]; then prev="${COMP_WORDS[COMP_CWORD - 2]}"; fi|' \
  -e "/^    '-k'|'--kernel')\$/a\\        __ksym_add_completions -W \"\$(__ksym_kernels)\"" \
  -e "/^_ksym_help() {\$/,/^}/s/^}\$/    COMPREPLY+=(\$(compgen -W '$commands' -- \"\${cur}\"))\n}/" \
  -e 's|^_ksym() {$|__ksym_kernels() {\
    printf "running\\n"\
    command ls /lib/modules 2>/dev/null\
}\
\
&|' >"$completions/ksym.bash"

env -i "$ksym" --generate-completion-script zsh | sed \
  -e '/{-k,--kernel}/s/:path:_files/:path:__ksym_kernels/' \
  -e "/^_ksym_help() {\$/,/^}/s/'\*:subcommands:'/'*:subcommands:($commands)'/" \
  -e 's|^_ksym() {$|__ksym_kernels() {\
    local -a releases=(running /lib/modules/*(N:t))\
    _alternative "releases:kernel:compadd -a releases" "files:file:_files"\
}\
\
&|' >"$completions/_ksym"

env -i "$ksym" --generate-completion-script fish | sed \
  -e "/ -s 'k' -l 'kernel' /s/ -rF\$/ -rFa '(printf \"%s\\\\n\" running; command ls \/lib\/modules 2>\/dev\/null)'/" \
  >"$completions/ksym.fish"
echo "complete -c 'ksym' -n '__fish_seen_subcommand_from help' -fa '$commands'" >>"$completions/ksym.fish"
