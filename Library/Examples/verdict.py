"""Would this kernel load this module? And what is at an address?

    verdict.py KERNEL MODULE [ADDRESS]
"""

import json
import sys

import ksym


def main(path, module, address=None):
    for version in ksym.versions(module)[:3]:
        print(f"0x{version.crc:08x} {ksym.readable(version.name)}")
    with ksym.Checker(path) as checker:
        verdicts = checker.check(module)
        print(json.dumps(verdicts, separators=(",", ":"), ensure_ascii=False))
    if address:
        symbol = ksym.Kernel(path).at(int(address, 0))
        if symbol:
            print(f"{symbol.name}+{symbol.offset:#x}")


if not 3 <= len(sys.argv) <= 4:
    sys.exit("usage: verdict.py KERNEL MODULE [ADDRESS]")
try:
    main(*sys.argv[1:])
except ksym.Error as error:
    sys.exit(f"verdict.py: {error}")
