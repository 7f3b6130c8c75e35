# The part `translate` of run.sh: a gigabyte of logs and lists of symbols, one line in twenty with a
# name to rewrite, there and back; a trace that is held against its kernel; and lines made to be slow.
# run.sh reads this file; $ksym, $kernels, $store, $work, $here and $top are its own.

# make_mix LIST FILE: 1 GiB, the same on every machine that has the kernel.
make_mix() {
  local compiled='\.(llvm|isra|constprop|part|cold)\.[0-9]|_R[CMXYNI]'
  # Lines of recorded texts, and of the list itself, that hold a name to rewrite.
  { cat "$top"/Tests/Fixtures/translate/*.txt && awk 'NR % 20 == 0' "$1"; } |
    grep -aE "$compiled" >"$work/hits"
  grep -avE "$compiled" "$1" | awk -v hits="$work/hits" '
    BEGIN { srand(1); while ((getline line < hits) > 0) hit[count++] = line }
    {
      print
      printf "[%5d.%06d] usb 1-%d: new high-speed USB device number %d using xhci_hcd\n",
        NR / 1000, NR % 1000000, NR % 9, NR % 128
      if (NR % 10 == 0) { print hit[int(rand() * count)]; if (NR % 100 == 0) print hit[int(rand() * count)] }
    }' >"$work/mix"
  : >"$2.new"
  while [[ $(stat -c %s "$2.new") -lt 1073741824 ]]; do cat "$work/mix" >>"$2.new"; done
  truncate -s 1073741824 "$2.new"
  mv "$2.new" "$2"
}

# make_trace LIST RELEASE: an oops of x86 whose hundred frames are functions of the kernel, each once
# at its address, with their sizes.
make_trace() {
  awk '
    $1 != last { address[++count] = last = $1; name[count] = $2 ~ /[Tt]/ && $3 ~ /^[a-z][a-z_0-9]+$/ ? $3 : "" }
    END { for (i = 1; i < count; i++) if (name[i] != "") print address[i], name[i], address[i + 1] }
  ' "$1" | awk -v release="$2" '
    { first[NR] = $1; name[NR] = $2; next_[NR] = $3 }
    function digit(c) { return index("0123456789abcdef", c) - 1 }
    function low(text,  i, value) { for (i = length(text) - 6; i <= length(text); i++) value = value * 16 + digit(substr(text, i, 1)); return value }
    END {
      stamp = "[  123.456789] "
      print stamp "BUG: kernel NULL pointer dereference, address: 0000000000000010"
      print stamp "#PF: supervisor read access in kernel mode"
      print stamp "CPU: 1 UID: 0 PID: 1234 Comm: modprobe Not tainted " release " #1 PREEMPT(lazy)"
      print stamp "RAX: 0000000000000000 RBX: ffff888003a4c000 RCX: 0000000000000000"
      print stamp "Call Trace:"
      print stamp " <TASK>"
      for (i = int(NR / 10); frames < 100 && i < NR; i += int(NR / 130)) {
        size = low(next_[i]) - low(first[i])
        if (size < 16 || size > 65536) continue
        printf "%s %s%s+0x%x/0x%x\n", stamp, frames % 7 == 3 ? "? " : "", name[i], int(size / 3), size
        frames++
      }
      print stamp " </TASK>"
    }'
}

measure_translate() {
  local kernel release mix=$store/translate-mix-2
  kernel=$(find "$kernels/amd64-7" -name vmlinuz -print -quit 2>/dev/null)
  if [[ -z $kernel ]]; then leave_out "translate" "no 7.x kernel in $kernels"; return; fi
  release=$(basename "$(dirname "$kernel")")
  "$ksym" symbols --format system-map "$kernel" >"$work/list"
  [[ -e $mix ]] || make_mix "$work/list" "$mix"
  make_trace "$work/list" "$release" >"$work/trace"
  head -c 268435456 "$mix" >"$work/part"
  "$ksym" translate "$work/part" >"$work/readable"
  "$ksym" translate --keep-linkage "$work/part" >"$work/pairs"
  echo "Translation of 1 GiB of logs and lists, back of 256 MiB; a trace of $(grep -c '+0x' "$work/trace") frames"
  take_yardstick
  {
    printf 'ksym translate\texec %s translate %s\n' "$ksym" "$mix"
    printf 'ksym translate -k\texec %s translate -k %s %s\n' "$ksym" "$kernel" "$mix"
    printf 'floor: cat\texec cat %s\n' "$mix"
    printf 'back by the kernel\texec %s translate --to linkage -k %s %s\n' "$ksym" "$kernel" "$work/readable"
    printf 'back by --keep-linkage\texec %s translate --to linkage %s\n' "$ksym" "$work/pairs"
    printf 'open the kernel\texec %s lookup -k %s _text\n' "$ksym" "$kernel"
    printf 'translate and verify a trace\texec %s translate --verify -k %s %s\n' \
      "$ksym" "$kernel" "$work/trace"
    printf 'a line of 1 GiB\thead -c 1073741824 /dev/zero | tr "\\\\0" a | %s translate\n' "$ksym"
  } | measure
  bound_time "translate: CPU seconds for 1 GB, without a kernel" "$(result 'ksym translate' 2)" 1.073741824 1.667
  bound_time "translate: CPU seconds for 1 GB, with a kernel" "$(result 'ksym translate -k' 2)" 1.073741824 6.667
  bound_time "translate: CPU seconds for 1 GB, back by the kernel" "$(result 'back by the kernel' 2)" 0.268435456 10
  bound_time "translate: CPU seconds for 1 GB, back from pairs" "$(result 'back by --keep-linkage' 2)" 0.268435456 10
  bound "translate: a verified trace beside opening the kernel" \
    "$(result 'translate and verify a trace' 2)" "$(result 'open the kernel' 2)" 1.3
  bound "translate: frames that disagree with their kernel (exit status)" \
    "$(result 'translate and verify a trace' 7)" 1 0
  bound "translate: peak memory of a line of 1 GiB, MiB" "$(result 'a line of 1 GiB' 6)" 1 64
  if "$ksym" translate --to linkage "$work/pairs" | cmp -s - "$work/part"; then
    echo "  256 MiB came back from --keep-linkage byte for byte"
  else
    echo "run.sh: --keep-linkage was not undone" >&2
    missed=1
  fi
  measure_hostile "$kernel"
}

# Lines of a megabyte made to be slow, in every way to translate: the slowest of all.
measure_hostile() {
  local lines=$work/hostile options
  "$here/make-hostile-lines.sh" "$lines"
  "$ksym" symbols --format nm "$1" | awk 'NR % 10 == 0' >"$work/symbols"
  printf '0000000000000000 t a.isra.0\n0000000000000010 t a.llvm.1\n' >>"$work/symbols"
  echo "$(find "$lines" -type f | wc -l) texts of 1 MiB made to be slow"
  while read -r options; do
    find "$lines" -type f | sort | while read -r text; do
      printf '%s %s\texec %s translate %s %s\n' "$(basename "$text")" "$options" "$ksym" "$options" "$text"
    done
  done <<END >"$work/commands"

--to linkage --lines --ambiguous all -k $work/symbols
--verify --addresses -k $work/symbols
--json -k $work/symbols
END
  take_yardstick
  # measure takes 64 commands at a time.
  split -l 60 "$work/commands" "$work/commands."
  for part in "$work"/commands.*; do "$work/measure" 1 <"$part"; done | sort -t "$(printf '\t')" -k 2 -rn >"$work/results"
  head -n 5 "$work/results" | awk -F '\t' '{ printf "  %-60s %8.3f s CPU %7.1f MiB\n", $1, $2, $6 }'
  bound_time "translate: most CPU seconds for 1 MiB" "$(head -n 1 "$work/results" | cut -f 2)" 1 1
}
