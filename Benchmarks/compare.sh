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
  measure_dependencies
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
