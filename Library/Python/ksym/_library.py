"""libksym.so.1 as ctypes sees it: ksym.h has the documentation."""

import ctypes
import os
from ctypes import (
    CFUNCTYPE, POINTER, Structure, c_bool, c_char, c_char_p, c_int32, c_size_t, c_ssize_t, c_uint8,
    c_uint32, c_uint64, c_void_p,
)  # fmt: skip

NOT_FOUND, BAD_ARGUMENT = 1, -260


class Symbol(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("address", c_uint64),
        ("length", c_uint64),
        ("offset", c_uint64),
        ("index", c_uint64),
        ("name", c_void_p),
        ("name_length", c_size_t),
        ("owner", c_char_p),
        ("position", c_uint32),
        ("equals", c_uint32),
        ("type", c_char),
        ("has_address", c_bool),
        ("is_clone", c_bool),
        ("reserved", c_uint8 * 29),
    ]


class KernelOptions(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("view", c_uint32),
        ("flags", c_uint32),
        ("slide", c_uint64),
        ("limit", c_uint64),
        ("modules", c_char_p),
        ("reserved", c_uint64 * 3),
    ]


class Version(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("name", c_void_p),
        ("name_length", c_size_t),
        ("crc", c_uint64),
        ("layout", c_char_p),
        ("digest", c_void_p),
        ("reserved", c_uint64 * 2),
    ]


class Export(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("name", c_void_p),
        ("name_length", c_size_t),
        ("owner", c_char_p),
        ("name_space", c_char_p),
        ("licence", c_char_p),
        ("crc", c_uint32),
        ("has_crc", c_bool),
        ("is_gpl_only", c_bool),
        ("reserved", c_uint8 * 18),
    ]


class TranslatorOptions(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("form", c_uint32),
        ("flags", c_uint32),
        ("kernel", c_void_p),
        ("table", c_void_p),
        ("reserved", c_uint64 * 4),
    ]


SymbolCallback = CFUNCTYPE(c_bool, POINTER(Symbol), c_void_p)
VersionCallback = CFUNCTYPE(c_bool, POINTER(Version), c_void_p)
ExportCallback = CFUNCTYPE(c_bool, POINTER(Export), c_void_p)
TextCallback = CFUNCTYPE(c_bool, c_void_p, c_size_t, c_void_p)
OwnerCallback = CFUNCTYPE(c_bool, c_char_p, c_char_p, c_void_p)

_FUNCTIONS = {
    "abi": (c_uint32, []),
    "version": (c_char_p, []),
    "error": (c_char_p, []),
    "free": (None, [c_void_p]),
    "demangle": (c_ssize_t, [c_char_p, c_size_t, c_uint32, c_char_p, c_size_t]),
    "form": (c_ssize_t, [c_char_p, c_size_t, c_uint32, c_char_p, c_size_t]),
    "kernel_open": (c_int32, [c_char_p, POINTER(KernelOptions), POINTER(c_void_p)]),
    "kernel_close": (None, [c_void_p]),
    "kernel_release": (c_char_p, [c_void_p]),
    "kernel_build_id": (c_char_p, [c_void_p]),
    "kernel_slide": (c_int32, [c_void_p, POINTER(c_uint64)]),
    "kernel_count": (c_size_t, [c_void_p]),
    "kernel_symbol": (c_int32, [c_void_p, c_size_t, POINTER(Symbol)]),
    "kernel_symbols": (c_size_t, [c_void_p, c_size_t, c_void_p, c_size_t, c_size_t]),
    "kernel_at": (c_int32, [c_void_p, c_uint64, POINTER(Symbol)]),
    "kernel_find": (
        c_int32,
        [c_void_p, c_char_p, c_size_t, c_char_p, SymbolCallback, c_void_p],
    ),
    "kernel_spell": (c_ssize_t, [c_void_p, c_size_t, c_char_p, c_char_p, c_size_t]),
    "module_versions": (c_int32, [c_char_p, VersionCallback, c_void_p]),
    "exports": (c_int32, [c_char_p, ExportCallback, c_void_p]),
    "checker_open": (
        c_int32,
        [c_char_p, c_char_p, POINTER(c_char_p), c_size_t, POINTER(c_void_p)],
    ),
    "checker_close": (None, [c_void_p]),
    "checker_check": (
        c_int32,
        [c_void_p, POINTER(c_char_p), c_size_t, c_uint32, POINTER(c_void_p)],
    ),
    "table_open": (c_int32, [c_char_p, POINTER(c_void_p)]),
    "table_close": (None, [c_void_p]),
    "table_count": (c_size_t, [c_void_p]),
    "table_digest": (c_int32, [c_void_p, c_char_p, TextCallback, c_void_p]),
    "table_find": (c_int32, [c_void_p, c_char_p, c_size_t, TextCallback, c_void_p]),
    "table_owners": (c_int32, [c_void_p, c_char_p, c_size_t, OwnerCallback, c_void_p]),
    "translator_new": (c_int32, [POINTER(TranslatorOptions), POINTER(c_void_p)]),
    "translator_feed": (c_int32, [c_void_p, c_char_p, c_size_t, TextCallback, c_void_p]),
    "translator_finish": (c_int32, [c_void_p, TextCallback, c_void_p]),
    "translator_free": (None, [c_void_p]),
}


def _open() -> ctypes.CDLL:
    """The library beside this file, as in a wheel, or else that of the system."""
    beside = os.path.join(os.path.dirname(__file__), "libksym.so.1")
    name = os.environ.get("KSYM_LIBRARY_PATH") or (
        beside if os.path.exists(beside) else "libksym.so.1"
    )
    library = ctypes.CDLL(name)
    for function, (result, arguments) in _FUNCTIONS.items():
        pointer = getattr(library, "ksym_" + function)
        pointer.restype, pointer.argtypes = result, arguments
    if library.ksym_abi() != 1:
        raise ImportError(f"{name}: its interface is not the one that this package knows")
    return library


library = _open()


def text(pointer: "int | None", length: int) -> str:
    """Bytes of the library as text; what is not UTF-8 is kept as surrogates."""
    return ctypes.string_at(pointer, length).decode("utf-8", "surrogateescape") if pointer else ""


def encoded(name: "str | bytes") -> bytes:
    if isinstance(name, bytes):
        return name
    if not isinstance(name, str):
        raise TypeError(f"a name is str or bytes, not {type(name).__name__}")
    return name.encode("utf-8", "surrogateescape")
