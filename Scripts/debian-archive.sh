# Reading Debian's archive through a private apt root, so that the machine's own package lists stay
# as they are. For sourcing; the caller sets:
#   root            the directory of the apt root
#   suites          the suites to read
#   architectures   separated by commas

mirror=$(sed -n 's/^URIs: *//p' /etc/apt/sources.list.d/debian.sources 2>/dev/null | head -n 1)
[ -n "$mirror" ] || mirror=$(awk '/^deb /{ for (i = 2; i <= NF; i++) if ($i ~ /^http/) { print $i; exit } }' /etc/apt/sources.list)
[ -n "$mirror" ] || { echo "$(basename "$0"): no Debian mirror configured on this machine" >&2; exit 1; }

private_apt() {
  command=$1
  shift
  "$command" -o Dir::Etc::sourcelist="$root/sources.list" -o Dir::Etc::sourceparts=- \
    -o Dir::State::Lists="$root/lists" -o Dir::State::status=/dev/null -o Dir::Cache="$root/cache" \
    -o APT::Architectures="$architectures" -o APT::Sandbox::User=root "$@"
}

# Fetches the lists of packages.
update_lists() {
  mkdir -p "$root/lists/partial" "$root/cache/archives/partial"
  : >"$root/sources.list"
  for suite in $suites; do
    case $suite in bullseye) options='trusted=yes ' ;; *) options='' ;; esac
    echo "deb [${options}signed-by=/usr/share/keyrings/debian-archive-keyring.gpg arch=$architectures] $mirror $suite main" \
      >>"$root/sources.list"
  done
  private_apt apt-get -qq update ||
    echo "$(basename "$0"): some package lists are missing; going on" >&2
}

# newest SUITE ARCH PATTERN: the newest package whose name matches, as listed for that suite.
newest() {
  all "$@" | tail -n 1
}

# all SUITE ARCH PATTERN: the packages whose names match, the newest last.
all() {
  # The archive's own index file of the suite and architecture, unpacked by apt.
  list=$(find "$root/lists" -name "*_dists_$1_main_binary-$2_Packages*" | head -n 1)
  [ -n "$list" ] || return 0
  case $list in *.lz4) reader='lz4 -dc' ;; *.xz) reader='xz -dc' ;; *) reader=cat ;; esac
  $reader "$list" | sed -n 's/^Package: //p' | grep -E "^$3\$" | sort -V
}
