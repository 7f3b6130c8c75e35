# The part `translate` of run.sh: a gigabyte of logs and lists of symbols, one line in twenty with a
# name to rewrite. run.sh reads this file; $ksym, $kernels, $store and $top are its own.

# make_mix KERNEL FILE: 1 GiB, the same on every machine that has the kernel.
make_mix() {
  "$ksym" symbols --format system-map "$1" >"$work/list"
  cat "$top"/Tests/Fixtures/translate/*.txt |
    awk 'BEGIN { srand(1) }
      NR == FNR { if (/_R[CMXYNI]|\.llvm\.|\.(isra|constprop|part|cold)\.[0-9]/) hit[++hits] = $0
                  else plain[++plains] = $0; next }
      { # Every second line of the list, every second a log line of the same length.
        if (++n % 20 == 0) print hit[int(rand() * hits) + 1]
        else if (n % 2) print
        else printf "[%5d.%06d] usb 1-%d: new high-speed USB device number %d using xhci_hcd\n",
                    n / 1000, n % 1000000, n % 9, n % 128 }' - <(grep -v '[._]\(llvm\|isra\|constprop\|part\|cold\)\.' "$work/list") \
    >"$work/mix"
  : >"$2.new"
  while [[ $(stat -c %s "$2.new") -lt 1073741824 ]]; do cat "$work/mix" >>"$2.new"; done
  truncate -s 1073741824 "$2.new"
  mv "$2.new" "$2"
}

measure_translate() {
  local kernel mix=$store/translate-mix
  kernel=$(find "$kernels/amd64-7" -name vmlinuz -print -quit 2>/dev/null)
  if [[ -z $kernel ]]; then leave_out "translate" "no 7.x kernel in $kernels"; return; fi
  [[ -e $mix ]] || make_mix "$kernel" "$mix"
  # A trace of a hundred frames of this kernel.
  "$ksym" symbols --type Tt "$kernel" | awk 'NR % 900 == 0 { printf " ? %s+0x0/0x10\n", $3 }' |
    head -n 100 >"$work/trace"
  echo "Translation of 1 GiB of logs and lists"
  {
    printf 'ksym translate\texec %s translate %s\n' "$ksym" "$mix"
    printf 'ksym translate -k\texec %s translate -k %s %s\n' "$ksym" "$kernel" "$mix"
    printf 'floor: cat\texec cat %s\n' "$mix"
    printf 'open the kernel\texec %s lookup -k %s _text\n' "$ksym" "$kernel"
    printf 'translate and verify a trace\t%s translate --verify -k %s %s || true\n' \
      "$ksym" "$kernel" "$work/trace"
  } | measure
  bound "translate: CPU seconds for 1 GB, without a kernel" "$(result 'ksym translate' 2)" 1.073741824 1.667
  bound "translate: CPU seconds for 1 GB, with a kernel" "$(result 'ksym translate -k' 2)" 1.073741824 6.667
  bound "translate: a verified trace beside opening the kernel" \
    "$(result 'translate and verify a trace' 2)" "$(result 'open the kernel' 2)" 1.3
}
