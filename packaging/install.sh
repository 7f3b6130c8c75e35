#!/bin/sh
# Installs the built command with its manual pages and completions under a prefix, or removes them.
#
#   install.sh [--remove] PREFIX       KSYM: the command to install
set -eu
here=$(cd "$(dirname "$0")" && pwd)
remove=
if [ "${1:-}" = --remove ]; then remove=1; shift; fi
prefix=${1:?usage: install.sh [--remove] PREFIX}

# put MODE SOURCE TARGET
put() {
  if [ -n "$remove" ]; then rm -f "$prefix/$3"; else install -D -m "$1" ${4:+"$4"} "$2" "$prefix/$3"; fi
}

# zsh looks in one directory for what packages install, in another for the rest.
case $prefix in */usr) zsh=share/zsh/vendor-completions ;; *) zsh=share/zsh/site-functions ;; esac

put 755 "${KSYM:-$here/../.build-release/release/ksym}" bin/ksym --strip
# The kernel's build finds its own gendwarfksyms under this name.
if [ -n "$remove" ]; then rm -f "$prefix/bin/ksym-gendwarfksyms"; else ln -sf ksym "$prefix/bin/ksym-gendwarfksyms"; fi
for page in "$here"/man/*.1; do put 644 "$page" "share/man/man1/${page##*/}"; done
put 644 "$here/completions/ksym.bash" share/bash-completion/completions/ksym
put 644 "$here/completions/_ksym" "$zsh/_ksym"
put 644 "$here/completions/ksym.fish" share/fish/vendor_completions.d/ksym.fish
