#!/bin/sh
# Kills ksym convert and ksym table build at many moments, fills the disk and denies what they need, and
# looks at what is left: each file must be the old one or the new one, whole.
#
# usage: convert.sh [KSYM [ROUNDS]]     (default .build-release/release/ksym, 60 rounds of each signal,
#                                       and as many of each system call, if there are)
#
# 1. SIGKILL, SIGTERM, SIGINT and SIGHUP at moments spread over the conversion of many modules.
# 2. SIGKILL at each single system call that touches the disk (strace), with unnamed temporary files
#    and without them; also while a name table is written, piece by piece.
# 3. A full disk: a small tmpfs, in a mount namespace of its own.
# 4. Permission denied: directory and file, as another user if this one is root.
#
# Says what it leaves out. Exit status: 0 all whole, 1 not.
set -eu
export LC_ALL=C
top=$(cd "$(dirname "$0")/../.." && pwd)
ksym=$(realpath "${1:-$top/.build-release/release/ksym}")
rounds=${2:-60}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
chmod 755 "$work"
status=0
wrong() {
  echo "WRONG: $*"
  status=1
}

# Modules that take a while: a small one with much behind it.
mkdir -p "$work/basic" "$work/both"
"$ksym" convert --to basic -o "$work/first.ko" "$top/Fuzz/Seeds/convert/livepatch-corpus_min.ko" >/dev/null
head -c 2000000 /dev/zero >>"$work/first.ko"
for number in $(seq 10 49); do cp "$work/first.ko" "$work/basic/$number.ko"; done
"$ksym" convert --to both -o "$work/both" "$work/basic" >/dev/null
size_basic=$(stat -c %s "$work/basic/10.ko")
size_both=$(stat -c %s "$work/both/10.ko")
[ "$size_basic" != "$size_both" ] || wrong "nothing is converted"

# whole DIRECTORY: all modules are there, and each is one of the two
whole() {
  count=0
  for file in "$1"/*.ko; do
    count=$((count + 1))
    cmp -s "$file" "$work/basic/10.ko" || cmp -s "$file" "$work/both/10.ko" || wrong "$file is half"
  done
  [ "$count" -eq "$2" ] || wrong "$count modules of $2 in $1"
}
# left DIRECTORY: names that are no module
left() { find "$1" -mindepth 1 ! -name '*.ko' | wc -l; }

signals() {
  # How long a run takes that nobody disturbs, in ms: the moments are spread over it.
  cp -r "$work/basic" "$work/place"
  begun=$(date +%s%N)
  "$ksym" convert --in-place --to both "$work/place" >/dev/null
  total=$((($(date +%s%N) - begun) / 1000000))
  for signal in KILL TERM INT HUP; do
    leftovers=0 done_before=0
    for round in $(seq 1 "$rounds"); do
      rm -rf "$work/place"
      cp -r "$work/basic" "$work/place"
      after=$(awk -v n="$round" -v all="$rounds" -v ms=$total 'BEGIN { printf "%.4f", (n - 0.5) / all * ms / 1000 }')
      # Interactive signals are ignored by what a shell puts into the background; timeout resets them.
      timeout -s "$signal" "$after" "$ksym" convert --in-place --to both "$work/place" >/dev/null 2>&1 &&
        done_before=$((done_before + 1))
      whole "$work/place" 40
      found=$(left "$work/place")
      leftovers=$((leftovers + found))
      if [ $signal = KILL ]; then limit=1; else limit=0; fi
      [ "$found" -le $limit ] || wrong "$found files left by SIG$signal: $(ls "$work/place" | grep -v 'ko$')"
      "$ksym" convert --in-place --to both "$work/place" >/dev/null || wrong "the next run fails"
      [ "$(left "$work/place")" -eq 0 ] || wrong "the next run leaves what was left"
      whole "$work/place" 40
    done
    echo "SIG$signal: $rounds rounds of 40 modules, $done_before ended before it; $leftovers temporary files left"
  done
}

# calls NAME OPTION...: kills it at each call, as strace counts them
calls() {
  name=$1
  shift
  kills=0 leftovers=0
  for call in openat linkat rename fsync fchmod write unlink close; do
    for when in $(seq 1 "$rounds"); do
      rm -rf "$work/place"
      mkdir "$work/place"
      cp "$work/basic/10.ko" "$work/basic/11.ko" "$work/place/"
      code=0
      strace -f -qq -o /dev/null "$@" -e inject=$call:signal=SIGKILL:when="$when" \
        "$ksym" convert -j 1 --in-place --to both "$work/place" >/dev/null 2>&1 || code=$?
      [ $code -ge 128 ] || break
      kills=$((kills + 1))
      whole "$work/place" 2
      found=$(left "$work/place")
      leftovers=$((leftovers + found))
      [ "$found" -le 1 ] || wrong "$found files left by SIGKILL at $call $when"
      find "$work/place" ! -name '*.ko' -type f | grep -v '\.ko\.ksym-[0-9]*\.tmp$' && wrong "an odd name"
      "$ksym" convert --in-place --to both "$work/place" >/dev/null || wrong "the next run fails"
      [ "$(left "$work/place")" -eq 0 ] || wrong "the next run leaves what was left ($call $when)"
    done
  done
  echo "$name: killed at $kills system calls; $leftovers temporary files left, all removed by the next run"
}

# tables NAME OPTION...: the same for a name table
tables() {
  name=$1
  shift
  for half in old new; do
    awk -v half=$half 'BEGIN { for (n = 0; n < 20000; n++) printf "%016x t %s_name_%d\n", n * 16 + 4096, half, n }' >"$work/$half.map"
    "$ksym" table build -o "$work/$half.table" "$work/$half.map" >/dev/null
  done
  kills=0 leftovers=0
  for call in openat linkat rename fsync fchmod write unlink close; do
    for when in $(seq 1 "$rounds"); do
      rm -rf "$work/place"
      mkdir "$work/place"
      cp "$work/old.table" "$work/place/table"
      ln -s table "$work/place/link"
      code=0
      strace -f -qq -o /dev/null "$@" -e inject=$call:signal=SIGKILL:when="$when" \
        "$ksym" table build -o "$work/place/link" "$work/new.map" >/dev/null 2>&1 || code=$?
      [ $code -ge 128 ] || break
      kills=$((kills + 1))
      cmp -s "$work/place/table" "$work/old.table" || cmp -s "$work/place/table" "$work/new.table" ||
        wrong "a table is half ($call $when)"
      found=$(($(ls -A "$work/place" | wc -l) - 2))
      leftovers=$((leftovers + found))
      [ "$found" -le 1 ] || wrong "$found files left by SIGKILL at $call $when"
      "$ksym" table build -o "$work/place/link" "$work/new.map" >/dev/null || wrong "the next run fails"
      [ "$(ls -A "$work/place" | wc -l)" -eq 2 ] || wrong "the next run leaves what was left ($call $when)"
      [ -L "$work/place/link" ] || wrong "a link is replaced"
      cmp "$work/place/table" "$work/new.table" || wrong "the next run writes another table"
    done
  done
  echo "name table, $name: killed at $kills system calls; $leftovers temporary files left, all removed by the next run"
}

full() {
  # shellcheck disable=SC2016
  unshare -rm sh -euc '
    ksym=$1 work=$2 step=$3
    mount -t tmpfs -o size=5m none "$work/small"
    cp "$work/basic/10.ko" "$work/small/"
    head -c 1500000 /dev/zero >"$work/small/filler"
    rooms=0
    for free in $(seq 0 "$step" 2300); do
      rm -f "$work/small/filler"
      room=$(df -k --output=avail "$work/small" | tail -n 1)
      head -c $(((room - free) * 1024)) /dev/zero >"$work/small/filler"
      cp "$work/basic/10.ko" "$work/small/10.ko" 2>/dev/null || continue
      code=0
      "$ksym" convert --in-place --to both "$work/small/10.ko" >/dev/null 2>"$work/err" || code=$?
      if [ $code -eq 0 ]; then cmp "$work/small/10.ko" "$work/both/10.ko"; continue; fi
      [ $code -eq 2 ] && grep -q "No space left" "$work/err" || { cat "$work/err"; exit 1; }
      cmp "$work/small/10.ko" "$work/basic/10.ko"
      [ "$(ls "$work/small" | wc -l)" -eq 2 ] || { ls "$work/small"; exit 1; }
      rooms=$((rooms + 1))
    done
    [ $rooms -gt 4 ]
    echo "full disk: $rooms amounts of room, refused with the module as it was and nothing left"
  ' sh "$ksym" "$work" "$([ "$rounds" -gt 2 ] && echo 64 || echo 300)" || wrong "a full disk"
}

denied() {
  as=
  if [ "$(id -u)" = 0 ]; then as="setpriv --reuid=65534 --regid=65534 --clear-groups"; fi
  rm -rf "$work/place"
  mkdir "$work/place"
  cp "$work/basic/10.ko" "$work/place/"
  chmod 555 "$work/place"
  code=0
  # shellcheck disable=SC2086
  $as "$ksym" convert --in-place --to both "$work/place/10.ko" >/dev/null 2>"$work/err" || code=$?
  [ $code -eq 2 ] || wrong "a directory that denies writing: $code"
  grep -q 'Permission denied' "$work/err" || wrong "$(cat "$work/err")"
  chmod 000 "$work/place/10.ko"
  code=0
  # shellcheck disable=SC2086
  $as "$ksym" convert --in-place --to both "$work/place/10.ko" >/dev/null 2>"$work/err" || code=$?
  [ $code -eq 2 ] || wrong "a file that denies reading: $code"
  chmod 755 "$work/place"
  chmod 644 "$work/place/10.ko"
  whole "$work/place" 1
  [ "$(left "$work/place")" -eq 0 ] || wrong "files left where writing is denied"
  echo "permission denied: the module as it was and nothing left"
}

signals
if command -v strace >/dev/null && strace -o /dev/null true 2>/dev/null; then
  calls "unnamed temporary files"
  # Where the file system has no unnamed files: the open with O_TMPFILE fails.
  calls "named temporary files" -e inject=linkat:error=EOPNOTSUPP
  tables "unnamed temporary files"
  tables "named temporary files" -e inject=linkat:error=EOPNOTSUPP
else
  echo "no strace, or it may not trace: kills at single system calls are left out"
fi
mkdir "$work/small"
if unshare -rm mount -t tmpfs -o size=1m none "$work/small" 2>/dev/null; then
  full
else
  echo "no mount namespace for a user: the full disk is left out"
fi
if [ "$(id -u)" != 0 ] || command -v setpriv >/dev/null; then
  denied
else
  echo "no setpriv: denied permissions are left out"
fi
exit $status
