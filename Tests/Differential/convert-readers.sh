#!/bin/sh
# Converts modules and has other programs read the results: none may complain of what it did not
# complain of before, and code, relocations and modinfo must read the same.
#
# usage: convert-readers.sh [COUNT]        modules of each kernel of the cache (200 of amd64-6.12, 12
#                                          of each other by default; COUNT is for the first)
#
# readelf -aW, objdump -dr, modinfo, modprobe --dump-modversions and eu-elflint --gnu-ld, as far as
# they are installed; objdump as far as it knows the machine. Numbers in complaints are not compared.
#
# Environment:
#   KSYM           the command (default .build-release/release/ksym)
#   KSYM_KERNELS   the cache of make kernels (default ~/.cache/ksym/kernels)
#   KSYM_CORPUS    a folder of folders with modules/ to read all of (default: none)
#
# Exit status: 0 no new complaint, 1 some.
set -eu
export LC_ALL=C
PATH=$PATH:/sbin:/usr/sbin
cd "$(dirname "$0")/../.."
wanted=${1:-200}
ksym=$(realpath "${KSYM:-.build-release/release/ksym}")
kernels=${KSYM_KERNELS:-${XDG_CACHE_HOME:-$HOME/.cache}/ksym/kernels}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
status=0
readers=
for program in readelf objdump modinfo modprobe eu-elflint; do
  if command -v $program >/dev/null; then
    readers="$readers $program"
  else
    echo "$program is not installed: left out"
  fi
done

wrong() {
  echo "DIFFERENCE: $*"
  status=1
}

# complaints PROGRAM FILE: what it complains of, numbers taken out; what it says goes to $work/said
complaints() {
  : >"$work/said"
  case $1 in
  readelf) readelf -aW "$2" 2>&1 >/dev/null ;;
  objdump) objdump -dr "$2" 2>&1 >"$work/said" ;;
  modinfo) modinfo "$2" 2>&1 >"$work/said" ;;
  modprobe) modprobe --dump-modversions "$2" 2>&1 >"$work/said" ;;
  eu-elflint) eu-elflint --gnu-ld "$2" 2>&1 ;;
  esac | sed -e "s|$work/[a-z]*\\.ko|FILE|g" -e 's/0x[0-9a-f]*/N/g' -e 's/[0-9][0-9]*/N/g' |
    sed '/^No errors$/d' | sort | uniq -c | awk '{ n = $1; sub(/^ *[0-9]+ /, ""); print $0 "\t" n }'
}

# same PROGRAM TARGET: whether what it said of the converted module is what it said before
same() {
  sed -e "s|$work/[a-z]*\\.ko|FILE|g" -e '/^\(sig\|signer\|signature\|filename\)/d' -e '/^\t\t/d' "$work/said"
}

module() { # module NAME FILE TARGET...
  name=$1 file=$2
  shift 2
  "$ksym" convert --drop-signature --to "$(own "$file")" -o "$work/old.ko" "$file" >/dev/null 2>&1 || return 0
  for program in $readers; do
    complaints "$program" "$work/old.ko" >"$work/old.$program"
    same >"$work/said.$program"
  done
  for target in "$@"; do
    "$ksym" convert --to "$target" --drop-unrepresentable -o "$work/new.ko" "$work/old.ko" >/dev/null 2>&1 ||
      continue
    results=$((results + 1))
    for program in $readers; do
      complaints "$program" "$work/new.ko" >"$work/new.$program"
      # kmod before 34 reads the basic table only.
      case $program.$target in modprobe.basic | modprobe.both) ;; modprobe.*) continue ;; esac
      awk -F '\t' 'NR == FNR { old[$1] = $2; next } $2 > old[$1]' "$work/old.$program" "$work/new.$program" \
        >"$work/more"
      [ ! -s "$work/more" ] || wrong "$name, $target: $program: $(head -n 2 "$work/more")"
      case $program in objdump | modinfo)
        same | cmp -s - "$work/said.$program" || wrong "$name, $target: $program reads something else" ;;
      esac
    done
  done
  modules=$((modules + 1))
}

# own FILE: the layout that a module has
own() {
  layouts=$("$ksym" versions --json "$1" 2>/dev/null || true)
  case $layouts in
  *'"extended"'*'"basic"'* | *'"basic"'*'"extended"'*) echo both ;;
  *'"extended"'*) echo extended ;;
  *) echo basic ;;
  esac
}

report() { echo "$1: $modules modules, $results converted ones read by$readers"; }

for folder in ${KSYM_CORPUS:+"$KSYM_CORPUS"/*/}; do
  [ -d "$folder/modules" ] || continue
  modules=0 results=0
  for file in "$folder"/modules/*.ko; do
    module "$file" "$file" basic extended both packed hashed none
  done
  report "${folder%/}"
done
for tree in "$kernels"/*/; do
  modules=0 results=0
  count=12
  [ "$(basename "$tree")" != amd64-6.12 ] || count=$wanted
  find "$tree" -path '*/kernel/*' -name '*.ko*' -type f | sort >"$work/list"
  every=$(($(wc -l <"$work/list") / count))
  [ "$every" -gt 0 ] || continue
  awk -v n="$every" 'NR % n == 1' "$work/list" | head -n "$count" >"$work/some"
  while read -r file; do
    module "$file" "$file" both extended packed none </dev/null
  done <"$work/some"
  report "${tree%/}"
done
exit $status
