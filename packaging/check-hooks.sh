#!/bin/sh
# Installs the Debian package into a clean Debian beside dkms, a kernel, and two modules, of which one is
# of another kernel; runs the hooks as the packages of kernels do, and removes all. Needs root, debootstrap
# and a Debian mirror.
#
#   check-hooks.sh PACKAGE.deb [SUITE=bookworm] [FOLDER=a temporary one]
set -eu
package=${1:?usage: check-hooks.sh PACKAGE.deb [SUITE] [FOLDER]}
suite=${2:-bookworm}
folder=${3:-$(mktemp -d)}
foreign=$(cd "$(dirname "$0")/../Tests/Fixtures/kernels/rust-ext/modules" && pwd)/rust_minimal.ko
mirror=$(sed -n 's/^URIs: *//p' /etc/apt/sources.list.d/debian.sources 2>/dev/null | head -n 1)

[ -x "$folder/bin/sh" ] || debootstrap --variant=minbase "$suite" "$folder" ${mirror:+"$mirror"}
mount -t proc proc "$folder/proc"
mount -o bind /dev "$folder/dev"
trap 'umount "$folder/proc" "$folder/dev"' EXIT
inside() { chroot "$folder" env DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 "$@"; }

# source NAME: a module that dkms can build, given the body of its Makefile.
source_of() {
  mkdir -p "$folder/usr/src/$1-1"
  cat >"$folder/usr/src/$1-1/dkms.conf" <<CONF
PACKAGE_NAME="$1"
PACKAGE_VERSION="1"
BUILT_MODULE_NAME[0]="$1"
DEST_MODULE_LOCATION[0]="/updates/dkms"
MAKE[0]="make KDIR=/lib/modules/\$kernelver/build"
CLEAN="true"
AUTOINSTALL="yes"
CONF
  cat >"$folder/usr/src/$1-1/Makefile"
}
inside apt-get -qq update
inside apt-get -qq -y install --no-install-recommends dkms gcc make kmod >/dev/null
source_of good <<'MAKEFILE'
obj-m := good.o
all:
	$(MAKE) -C $(KDIR) M=$(CURDIR) modules
MAKEFILE
cat >"$folder/usr/src/good-1/good.c" <<'SOURCE'
#include <linux/module.h>
static int __init start(void) { pr_info("good\n"); return 0; }
static void __exit stop(void) { }
module_init(start);
module_exit(stop);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("loads");
SOURCE
printf 'all:\n\tcp other.ko wrong.ko\n' | source_of wrong
cp "$foreign" "$folder/usr/src/wrong-1/other.ko"
for module in good wrong; do inside dkms add "$module/1" >/dev/null 2>&1 || true; done

cp "$package" "$folder/tmp/ksym.deb"
inside dpkg -i /tmp/ksym.deb >/dev/null
echo "== a kernel is installed"
inside apt-get -qq -y install --no-install-recommends linux-image-amd64 linux-headers-amd64 \
  >"$folder/tmp/kernel.log" 2>&1
grep -A 20 'ksym: WARNING' "$folder/tmp/kernel.log"
release=$(inside sh -c 'ls /lib/modules | tail -n 1')

# hooks: exactly what the packages of kernels run.
hooks() {
  if [ -x "$folder/usr/bin/linux-run-hooks" ]; then
    inside linux-run-hooks image postinst "$release" "/boot/vmlinuz-$release" -- configure
  else
    inside env DEB_MAINT_PARAMS="'configure' ''" run-parts --report --exit-on-error \
      "--arg=$release" "--arg=/boot/vmlinuz-$release" /etc/kernel/postinst.d
  fi
}
echo "== the hooks of $release"
hooks >"$folder/tmp/hooks.log" 2>&1
cat "$folder/tmp/hooks.log"
grep -q 'wrong.ko.*ENOEXEC' "$folder/tmp/hooks.log"
grep -q '1 load, 1 refused' "$folder/tmp/hooks.log"
inside bash -c "time -p /usr/libexec/ksym/kernel-hook $release /boot/vmlinuz-$release >/dev/null"

echo "== with KSYM_HOOK=fail"
echo KSYM_HOOK=fail >>"$folder/etc/default/ksym"
if hooks >/dev/null 2>&1; then echo "check-hooks: a refused module did not stop the hooks" >&2; exit 1; fi
echo "== kernel-install's plug-in"
status=0
inside /usr/lib/kernel/install.d/95-ksym.install add "$release" /boot/entry "/boot/vmlinuz-$release" || status=$?
[ "$status" = 1 ]
sed -i '/^KSYM_HOOK=fail/d' "$folder/etc/default/ksym"

echo "== without the wrong module"
inside dkms remove wrong/1 --all >/dev/null
hooks >"$folder/tmp/hooks.log" 2>&1
if grep ksym "$folder/tmp/hooks.log"; then echo "check-hooks: the hook is not silent" >&2; exit 1; fi

echo "== removed"
inside dpkg -r ksym >/dev/null 2>&1
hooks >"$folder/tmp/hooks.log" 2>&1
if grep ksym "$folder/tmp/hooks.log"; then echo "check-hooks: the hook is not silent" >&2; exit 1; fi
inside dpkg -P ksym >/dev/null 2>&1
left=$(inside sh -c 'find /etc /usr /lib/modules /var/lib/dkms -name "ksym*" -o -name "*-ksym*" || true')
if [ -n "$left" ]; then echo "check-hooks: left behind: $left" >&2; exit 1; fi
inside sh -c 'apt-get -qq -y purge "linux-image-*" "linux-headers-*" >/dev/null 2>&1; dkms remove good/1 --all >/dev/null 2>&1; rm -rf /usr/src/good-1 /usr/src/wrong-1' || true
echo "check-hooks: $package on Debian $(cat "$folder/etc/debian_version"), $release."
