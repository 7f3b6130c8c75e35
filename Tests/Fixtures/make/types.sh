#!/bin/sh
# Makes Tests/Fixtures/types again: types.sh GENKSYMS
# GENKSYMS is scripts/genksyms/genksyms of a kernel tree (Debian: linux-kbuild-6.1).
set -eu

genksyms=${1:?the genksyms program}
cd "$(dirname "$0")/../types"

"$genksyms" -T genksyms/t.symtypes <genksyms/t.c >genksyms/t.symver
