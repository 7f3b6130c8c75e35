# How to boot a kernel of an architecture under qemu. For sourcing, with the architecture's name in
# Debian ($1), or a label that begins with it (arm64-6.12). Sets:
#   target     the compiler's name of the architecture
#   compiler   one with a static C library, for the guest's /init
#   qemu       the emulator's arguments
#   console    the guest's console
case $1 in
arm64*) target=aarch64 qemu='aarch64 -machine virt -cpu max,pauth-impdef=on' console=ttyAMA0 compiler=aarch64-linux-gnu-gcc ;;
armhf*) target=armv7 qemu='arm -machine virt -cpu cortex-a15' console=ttyAMA0 compiler=arm-linux-gnueabihf-gcc ;;
riscv64*) target=riscv64 qemu='riscv64 -machine virt' console=ttyS0 compiler=riscv64-linux-gnu-gcc ;;
s390x*) target=s390x qemu='s390x -machine s390-ccw-virtio -cpu max' console=ttysclp0 compiler=s390x-linux-gnu-gcc ;;
ppc64el*) target=powerpc64le qemu='ppc64 -machine pseries -cpu power9' console=hvc0 compiler=powerpc64le-linux-gnu-gcc ;;
i386*) target=i386 qemu='i386 -machine pc -cpu max' console=ttyS0 compiler=i686-linux-gnu-gcc ;;
amd64*) target=x86_64 qemu='x86_64 -machine q35 -cpu max' console=ttyS0 compiler=gcc ;;
*) echo "$(basename "$0"): no architecture known for $1" >&2; exit 2 ;;
esac
