"""Symbols for drgn where there is no debug information: names by any form that `ksym lookup` takes.

drgn loads this by itself (entry point drgn.plugins). The kernel is found by the build ID in VMCOREINFO, or is
the one that KSYM_KERNEL names; if there is none, the dump's own tables are read. Nothing is read before a
symbol is asked for, and nothing is answered where drgn has the kernel's debug information.
"""

import bisect
import logging
import os
import struct
from typing import Dict, Iterator, List, NamedTuple, Optional, Sequence

import drgn

import ksym

logger = logging.getLogger("ksym")


def drgn_prog_set(prog: drgn.Program) -> None:
    """Called by drgn for every program."""
    if prog.flags & drgn.ProgramFlags.IS_LINUX_KERNEL:
        finder = _Finder()
        prog.register_symbol_finder("ksym", finder, enable_index=-1)


def _information(prog: drgn.Program) -> Dict[str, str]:
    """VMCOREINFO by key."""
    text = prog["VMCOREINFO"].string_().decode("utf-8", "replace")
    return dict(line.split("=", 1) for line in text.splitlines() if "=" in line)


class _Finder:
    """Answers drgn's questions for one program."""

    def __init__(self) -> None:
        self._kernel: Optional[ksym.Kernel] = None
        self._modules = _Modules([])
        self._is_open = False

    def __call__(
        self, prog: drgn.Program, name: Optional[str], address: Optional[int], one: bool
    ) -> Sequence[drgn.Symbol]:
        if _has_debug_information(prog):
            return []
        if not self._is_open:
            self._is_open = True
            self._open(prog)
        if self._kernel is None:
            return []
        found = self._matching(name, address)
        return [_symbol(symbol) for symbol in (found[:1] if one else found)]

    def _matching(self, name: Optional[str], address: Optional[int]) -> List[ksym.Symbol]:
        if address is not None:
            symbol = self._kernel.at(address) or self._modules.at(address)
            if symbol is None or name is not None and not _is_called(symbol, name):
                return []
            return [symbol]
        if name is not None:
            return self._kernel.find(name) + self._modules.find(name)
        return self._kernel.symbols() + self._modules.symbols

    def _open(self, prog: drgn.Program) -> None:
        try:
            self._kernel = _open_kernel(prog)
            if not prog.flags & drgn.ProgramFlags.IS_LIVE:
                self._modules = _Modules(list(_module_symbols(prog, self._kernel)))
        except (ksym.Error, LookupError, ValueError, drgn.FaultError) as error:
            logger.debug("%s", error)


def _has_debug_information(prog: drgn.Program) -> bool:
    try:
        status = prog.main_module().debug_file_status
    except LookupError:
        return False
    return status == drgn.ModuleFileStatus.HAVE


def _open_kernel(prog: drgn.Program) -> ksym.Kernel:
    """The kernel with the addresses that it had when it ran."""
    given = os.environ.get("KSYM_KERNEL")
    if prog.flags & drgn.ProgramFlags.IS_LIVE and not given:
        return ksym.Kernel("running")
    information = _information(prog)
    build_id = information.get("BUILD-ID", "")
    try:
        # Where it was linked to shows how far it was moved.
        path = given or f"build-id:{build_id}"
        with ksym.Kernel(path) as kernel:
            if build_id and kernel.build_id not in (None, build_id):
                raise ValueError(f"{path} is of another build than the dump")
            start = kernel.find("_stext")[0].address
        slide = int(information["SYMBOL(_stext)"], 16) - start
        return ksym.Kernel(path, slide=slide)
    except (ksym.Error, LookupError, TypeError, ValueError):
        if given or not prog.core_dump_path:
            raise
    return ksym.Kernel(prog.core_dump_path)


def _is_called(symbol: ksym.Symbol, name: str) -> bool:
    return name in (symbol.name, ksym.source(symbol.name), ksym.readable(symbol.name))


def _symbol(symbol: ksym.Symbol) -> drgn.Symbol:
    letter = symbol.type.lower()
    if letter == "w" or letter == "v":
        binding = drgn.SymbolBinding.WEAK
    elif symbol.type.isupper():
        binding = drgn.SymbolBinding.GLOBAL
    else:
        binding = drgn.SymbolBinding.LOCAL
    kind = drgn.SymbolKind.FUNC if letter in "tw" else drgn.SymbolKind.OBJECT
    return drgn.Symbol(symbol.name, symbol.address or 0, symbol.size, binding, kind)


class _Modules:
    """The symbols of loaded modules, by address and by name."""

    def __init__(self, symbols: List[ksym.Symbol]) -> None:
        self.symbols = sorted(symbols, key=lambda symbol: symbol.address)
        self._addresses = [symbol.address for symbol in self.symbols]

    def at(self, address: int) -> Optional[ksym.Symbol]:
        place = bisect.bisect_right(self._addresses, address) - 1
        if place < 0 or address >= self._addresses[place] + self.symbols[place].size:
            return None
        return self.symbols[place]

    def find(self, name: str) -> List[ksym.Symbol]:
        exact = [symbol for symbol in self.symbols if symbol.name == name]
        return exact or [symbol for symbol in self.symbols if _is_called(symbol, name)]


class _Tables(NamedTuple):
    """struct mod_kallsyms of include/linux/module.h."""

    symbols: int
    count: int
    names: int
    types: int


# struct list_head comes after the state of struct module, and then the name: so since 2.6.
_LIST, _NAME, _NAME_LENGTH = 8, 24, 56
# Where kallsyms of a module is in it depends on the configuration: it is found by its form.
_MODULE_SIZE, _MOST_SYMBOLS, _MOST_MODULES = 2048, 1 << 20, 1 << 16
_PAGE = 4096


def _module_symbols(prog: drgn.Program, kernel: ksym.Kernel) -> Iterator[ksym.Symbol]:
    """The symbols of the modules that a 64-bit dump has loaded; none where they cannot be read."""
    platform = prog.platform
    if platform is None or not platform.flags & drgn.PlatformFlags.IS_64_BIT:
        return
    order = "<" if platform.flags & drgn.PlatformFlags.IS_LITTLE_ENDIAN else ">"
    # The kernel has the upper half of the addresses, but on s390, where it has address spaces.
    lowest = _PAGE if platform.arch == drgn.Architecture.S390X else 1 << 63
    head = kernel.find("modules")[0].address
    entry, seen = struct.unpack(order + "Q", prog.read(head, 8))[0], 0
    while entry != head and seen < _MOST_MODULES:
        seen += 1
        module = entry - _LIST
        try:
            entry = struct.unpack(order + "Q", prog.read(entry, 8))[0]
            yield from _symbols_of(prog, module, order, lowest)
        except drgn.FaultError as error:
            logger.debug("a module cannot be read: %s", error)


def _symbols_of(prog: drgn.Program, module: int, order: str, lowest: int) -> Iterator[ksym.Symbol]:
    name = prog.read(module + _NAME, _NAME_LENGTH).split(b"\0")[0].decode("ascii", "replace")
    tables = _tables(prog, module, order, lowest)
    if tables is None:
        return
    records = prog.read(tables.symbols, tables.count * 24)
    letters = prog.read(tables.types, tables.count)
    rows = []
    for index in range(1, tables.count):
        start, info, _, section, address, _ = struct.unpack_from(order + "IBBHQQ", records, index * 24)
        if section != 0 and address != 0:
            letter = chr(letters[index])
            rows.append((address, start, letter.upper() if info >> 4 == 1 else letter))
    rows.sort()
    # A symbol reaches to the next, the last to the end of its page.
    end = (rows[-1][0] | _PAGE - 1) + 1 if rows else 0
    for place in range(len(rows) - 1, -1, -1):
        address, start, letter = rows[place]
        if place + 1 < len(rows) and rows[place + 1][0] > address:
            end = rows[place + 1][0]
        text = prog.read_c_string(tables.names + start, max_size=1 << 16)
        linkage = text.decode("utf-8", "surrogateescape")
        size = min(end - address, 1 << 20)
        # Those of sections have no name.
        if linkage:
            yield ksym.Symbol(linkage, address, size, name, letter, 1, 1, 0)


def _tables(prog: drgn.Program, module: int, order: str, lowest: int) -> Optional[_Tables]:
    """Finds the pointer to kallsyms of a module: it leads to a null symbol and an empty name."""
    words = struct.unpack(f"{order}{_MODULE_SIZE // 8}Q", prog.read(module, _MODULE_SIZE))
    for word in words[10:]:
        if word < lowest or word % 8:
            continue
        try:
            symbols, count, names, types = struct.unpack(order + "QI4xQQ", prog.read(word, 32))
            if not 1 < count <= _MOST_SYMBOLS or min(symbols, names, types) < lowest:
                continue
            if prog.read(symbols, 24) == bytes(24) and prog.read(names, 1) == b"\0":
                return _Tables(symbols, count, names, types)
        except drgn.FaultError:
            continue
    return None
