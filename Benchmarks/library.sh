# What calls of the C library cost, in C. Sourced by run.sh, which sets what is used here: work, top, here, and
# the functions. `make library` comes before.

measure_library() {
  local built=$top/.build-library/lib/libksym.so.1 kernel=$top/Tests/Fixtures/kernels/rust-ext
  if [[ ! -e $built ]]; then
    leave_out library "$built is missing (make library)"
    return
  fi
  cc -O2 -std=gnu11 -I "$top/Library/CKsym/include" -o "$work/library" "$here/floors/library.c" -ldl
  echo "Calls of libksym, in nanoseconds of CPU; a kernel of 44,754 symbols"
  take_yardstick
  "$work/library" "$built" "$kernel/bzImage" "$kernel/config" "$kernel/modules/corpus_min.ko" |
    tee "$work/calls" | sed 's/^/  /'
  call() { sed -n "s/^$1 //p" "$work/calls"; }
  bound "library: size in MB" "$(stat -L -c %s "$built")" 1000000 12
  bound_time "library: milliseconds to load" "$(call load)" 1000000 2
  bound_time "library: nanoseconds to demangle" "$(call demangle)" 1 200
  bound_time "library: nanoseconds to look up an address" "$(call address)" 1 250
  bound_time "library: milliseconds for a verdict" "$(call verdict)" 1000000 1.5
}
