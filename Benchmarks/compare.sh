# Comparison of kernels, their types, weak-updates and dependencies of packages. Sourced by run.sh, which sets
# what is used here: ksym, work, root, and the functions.
#
# Environment:
#   KSYM_SUSE_KABI_TOOLS   a directory with ksymvers and ksymtypes of suse-kabi-tools

# Two lists of exports with 26,734 lines: of the second, two in three have another version.
make_symvers() {
  awk 'BEGIN { for (i = 0; i < 26734; i++)
    printf "0x%08x\tsome_subsystem_function_%d\t%s\tEXPORT_SYMBOL%s\t\n", (i * 2654435) % 4294967296, i,
      i % 3 ? "vmlinux" : "drivers/net/phy/module" i % 400, i % 2 ? "_GPL" : "" }' >"$work/old.symvers"
  awk -F '\t' -v OFS='\t' 'NR % 3 { $1 = sprintf("0x%08x", NR * 40503) } { print }' \
    "$work/old.symvers" >"$work/new.symvers"
}

# A directory of symtypes: 300 files that share 900 types each of 3,000, in chains; in the second one type
# deep below differs.
make_symtypes() {
  local side
  for side in old new; do
    mkdir -p "$work/types-$side"
    awk -v side="$side" -v root="$work/types-$side" 'BEGIN {
      for (f = 0; f < 300; f++) {
        path = root "/file" f ".symtypes"
        for (t = f * 7 % 2100; t < f * 7 % 2100 + 900; t++) {
          word = t == 2000 && side == "new" ? "long" : "int"
          next_type = t + 1 < f * 7 % 2100 + 900 ? "s#type" t + 1 " * next ; " : ""
          printf "s#type%d struct type%d { %s a ; %sunsigned long b [ 4 ] ; const char * name ; } \n", t, t, word,
            next_type >path
        }
        for (e = 0; e < 7; e++)
          printf "export_%d_%d int export_%d_%d ( s#type%d * ) \n", f, e, f, e, f * 7 % 2100 + e * 9 >path
        close(path)
      } }'
  done
}

measure_compare() {
  make_symvers
  make_symtypes
  ln -sf "$ksym" "$work/ksymvers"
  ln -sf "$ksym" "$work/ksymtypes"
  local tools=${KSYM_SUSE_KABI_TOOLS:-} name
  local commands=(
    "ksymvers" "$work/ksymvers compare $work/old.symvers $work/new.symvers"
    "ksymtypes consolidate" "$work/ksymtypes consolidate -j 1 -o $work/ours.types $work/types-old"
    "ksymtypes compare" "$work/ksymtypes compare -j 1 -f short $work/types-old $work/types-new")
  if [[ -x $tools/ksymvers && -x $tools/ksymtypes ]]; then
    for name in 0 2 4; do
      commands+=("theirs: ${commands[name]}" "${commands[name + 1]/#$work/$tools}")
    done
  else
    leave_out compare "KSYM_SUSE_KABI_TOOLS has no ksymvers and ksymtypes"
  fi
  echo "Comparison of 26,734 exports, and of 300 files of symtypes with 272,100 records"
  printf '%s\t%s\n' "${commands[@]}" | measure
  if [[ -x $tools/ksymvers ]]; then
    bound "ksymvers: CPU beside suse-kabi-tools" "$(result ksymvers 2)" "$(result 'theirs: ksymvers' 2)" 0.5
    for name in consolidate compare; do
      bound "ksymtypes $name: CPU beside suse-kabi-tools" \
        "$(result "ksymtypes $name" 2)" "$(result "theirs: ksymtypes $name" 2)" 0.35
      bound "ksymtypes $name: memory beside suse-kabi-tools" \
        "$(result "ksymtypes $name" 6)" "$(result "theirs: ksymtypes $name" 6)" 1
    done
  fi
  measure_gate
  measure_dependencies
}

# needed MODULES-DIRECTORY: the paths of what modules on standard input need, and what that needs.
needed() {
  local names found="" more
  find "$1/kernel" -name '*.ko.xz' >"$work/all"
  more=$(xargs modinfo -F depends | tr ',' '\n' | sort -u)
  while names=$(comm -13 <(sort -u <<<"$found") <(sed '/^$/d' <<<"$more")) && [[ -n $names ]]; do
    found+=$'\n'$names
    more=$(paths_of "$names" | xargs modinfo -F depends | tr ',' '\n' | sort -u)
  done
  paths_of "$found"
}

# Paths of modules by their names, of which those of files may have - for _.
paths_of() {
  awk -v names="$1" 'BEGIN { count = split(names, list, "\n"); for (i = 1; i <= count; i++) wanted[list[i]] = 1 }
    { name = $0; sub(/.*\//, "", name); sub(/\.ko.*/, "", name); gsub(/-/, "_", name); if (name in wanted) print }' \
    "$work/all"
}

# Ten kernels under a root, copies of one, and fifty modules that were built for another; beside them the reading of
# each file once: of every kernel its image and the modules that others need, and the fifty.
measure_gate() {
  local image tree=$work/gate number name home
  image=$(find "$root/boot" -name 'vmlinuz-*' -print -quit 2>/dev/null || true)
  home=$(modules_directory)
  if [[ -z $image || -z $home ]] || ! has modinfo; then
    leave_out "compare, gate" "no kernel in $root, or no modinfo"
    return
  fi
  mkdir -p "$tree/boot" "$tree/lib/modules"
  for number in 0 1 2 3 4 5 6 7 8 9; do
    name=0.0.$number-gate
    mkdir -p "$tree/lib/modules/$name"
    cp "$image" "$tree/boot/vmlinuz-$name"
    cp "$root/boot/config-"* "$tree/boot/config-$name"
    ln -s "$home/kernel" "$tree/lib/modules/$name/kernel"
    cp "$home/modules.builtin" "$home/modules.builtin.modinfo" "$home/modules.order" "$tree/lib/modules/$name/"
  done
  mkdir -p "$tree/lib/modules/0.0.0-gate/extra"
  find "$home/kernel/drivers/net" -name '*.ko.xz' | sort | sed -n 1,50p >"$work/fifty"
  xargs -I{} cp {} "$tree/lib/modules/0.0.0-gate/extra/" <"$work/fifty"
  # What the fifty need, and what that needs.
  needed "$home" <"$work/fifty" >"$work/needed"
  cp "$work/fifty" "$work/once"
  for number in 0 1 2 3 4 5 6 7 8 9; do cat "$work/needed"; done >>"$work/once"
  echo "Gate: 10 kernels, 50 modules, $(wc -l <"$work/needed") modules that they need"
  {
    printf 'gate\texec %s gate --root %s\n' "$ksym" "$tree"
    printf 'modules once\texec %s %s\n' "$work/decompress" "$work/once"
    printf 'kernel once\texec %s %s\n' "$work/payload" "$image"
  } | measure
  bound "gate: CPU beside reading each file once" "$(result gate 2)" \
    "$(awk -v a="$(result 'modules once' 2)" -v b="$(result 'kernel once' 2)" 'BEGIN { print a + 10 * b }')" 1.3
}

# What the modules of a whole tree require, beside unpacking them.
measure_dependencies() {
  local modules
  modules=$(modules_directory)
  if [[ -z $modules ]]; then
    leave_out compare "no modules in $root"
    return
  fi
  find "$modules" -name '*.ko.xz' | sort >"$work/modules"
  echo "Dependencies of $(wc -l <"$work/modules") modules"
  printf '%s\t%s\n' deps "$ksym deps --style redhat --provides <$work/modules" \
    decompress "$work/decompress $work/modules" | measure
  bound "deps: CPU beside decompression" "$(result deps 2)" "$(result decompress 2)" 1.1
}
