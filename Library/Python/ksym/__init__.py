"""The identity of Linux kernel symbols, and whether a kernel loads a module.

>>> import ksym
>>> ksym.demangle("_RNvNtCsdJ13ReMSUMg_6kernel5print11call_printk")
'kernel::print::call_printk'

    kernel = ksym.Kernel("/boot/vmlinuz-6.12.107+deb13-amd64")
    kernel.at(0xffffffff81001234)
    kernel.find("print::call_printk")
    ksym.Checker("/boot/vmlinuz-6.12.107+deb13-amd64").check(["driver.ko"])
"""

import ctypes
from typing import Optional, Union

from ._kernel import Kernel, Symbol
from ._library import BAD_ARGUMENT, encoded, library
from ._modules import Checker, Export, Version, exports, versions
from ._support import Error, failure
from ._table import Table
from ._translate import Translator, translate

__all__ = [
    "Checker", "Error", "Export", "Kernel", "Symbol", "Table", "Translator", "Version", "bare", "demangle",
    "exports", "hashed", "readable", "source", "translate", "versions",
]  # fmt: skip
__version__ = library.ksym_version().decode()


def _answer(function, name: "str | bytes", choice: int) -> Optional[str]:
    name = encoded(name)
    size = 256
    while True:
        buffer = ctypes.create_string_buffer(size)
        length = function(name, len(name), choice, buffer, size)
        if length == BAD_ARGUMENT:
            raise failure(BAD_ARGUMENT)
        if length < 0:
            return None
        if length < size:
            return buffer.raw[:length].decode("utf-8", "surrogateescape")
        size = length + 1


def demangle(name: Union[str, bytes], hashes: bool = False) -> Optional[str]:
    """A mangled name of Rust as a programmer writes it; None if the name is not mangled."""
    return _answer(library.ksym_demangle, name, int(hashes))


def source(name: Union[str, bytes]) -> str:
    """A name as the source has it, without what compilers add; names of Rust stay mangled."""
    return _answer(library.ksym_form, name, 0) or ""


def readable(name: Union[str, bytes]) -> str:
    """A name of Rust demangled, others without the hashes and numbers that compilers add."""
    return _answer(library.ksym_form, name, 1) or ""


def bare(name: Union[str, bytes]) -> str:
    """A readable name without the words for what a compiler did (.isra, .cold) either."""
    return _answer(library.ksym_form, name, 2) or ""


def hashed(name: Union[str, bytes]) -> str:
    """SHA-256 of a name in hexadecimal, as tables without room for the name hold it."""
    return _answer(library.ksym_form, name, 3) or ""
