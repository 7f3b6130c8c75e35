# Versions from debug information, beside gendwarfksyms of the kernel. Sourced by run.sh, which sets what is
# used here: ksym, work, and the functions.
#
# Environment:
#   KSYM_GENDWARFKSYMS   scripts/gendwarfksyms/gendwarfksyms of a kernel tree
#   KSYM_DWARF_OBJECTS   a kernel tree with objects that were built with CONFIG_GENDWARFKSYMS; default: the
#                        objects of the fixtures

# The objects that export something, each with a list beside it.
list_objects() {
  local object number=0
  : >"$work/objects"
  while read -r object; do
    nm "$object" 2>/dev/null | sed -n 's/.* __export_symbol_//p' >"$work/list.$number"
    [[ -s $work/list.$number ]] || nm "$object" 2>/dev/null |
      awk '$(NF-1) ~ /^[TDRB]$/ { print $NF }' >"$work/list.$number"
    [[ -s $work/list.$number ]] || continue
    echo "$object $work/list.$number" >>"$work/objects"
    number=$((number + 1))
  done < <(find "$1" -name '*.o' -size +8k ! -name '*.mod.o' ! -name 'built-in.o' | sort)
}

measure_types() {
  local original=${KSYM_GENDWARFKSYMS:-} objects=${KSYM_DWARF_OBJECTS:-}
  if [[ ! -x $original ]]; then
    leave_out types "KSYM_GENDWARFKSYMS is not set"
    return
  fi
  if [[ -z $objects ]]; then
    objects=$work/fixtures
    mkdir -p "$objects"
    tar -xf "$top/Tests/Fixtures/types/dwarf.tar.xz" -C "$objects"
  fi
  list_objects "$objects"
  echo "Versions of $(wc -l <"$work/objects") objects, with symtypes"
  ln -sf "$ksym" "$work/ksym-gendwarfksyms"
  local name
  for name in ksym-gendwarfksyms gendwarfksyms; do
    local program=$work/ksym-gendwarfksyms
    [[ $name == ksym-gendwarfksyms ]] || program=$original
    while read -r object list; do
      printf '%s -T %s/symtypes %s <%s >/dev/null 2>&1 || :\n' "$program" "$work" "$object" "$list"
    done <"$work/objects" >"$work/$name.sh"
  done
  printf '%s\tsh %s\n' ksym-gendwarfksyms "$work/ksym-gendwarfksyms.sh" \
    gendwarfksyms "$work/gendwarfksyms.sh" | measure
  if [[ -z ${KSYM_DWARF_OBJECTS:-} ]]; then
    leave_out "bounds of types" "the objects of the fixtures are so small that starting is all: set KSYM_DWARF_OBJECTS"
    return
  fi
  bound "types: CPU beside gendwarfksyms" \
    "$(result ksym-gendwarfksyms 2)" "$(result gendwarfksyms 2)" 0.15
  bound "types: memory beside gendwarfksyms" \
    "$(result ksym-gendwarfksyms 6)" "$(result gendwarfksyms 6)" 1.5
}
