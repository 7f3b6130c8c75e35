import ctypes
import json
from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Union

from . import _library
from ._library import library, text
from ._support import Handle, Path, check, path_bytes


class Version(NamedTuple):
    """A version that a module requires."""

    #: The symbol; empty where the table holds a digest only.
    name: str
    #: The version: more than 32 bits are a damaged or foreign table.
    crc: int
    #: `basic`, `extended`, `packed` or `hashed`.
    layout: str
    #: SHA-256 of the name, where the table holds it.
    digest: Optional[bytes] = None


class Export(NamedTuple):
    """A symbol that a kernel or a module exports."""

    name: str
    #: The version; None if exports have none.
    crc: Optional[int]
    #: `vmlinux`, or a module as Module.symvers names it.
    owner: str
    #: Empty for none.
    namespace: str
    #: As Module.symvers has it.
    licence: str
    is_gpl_only: bool


def versions(path: Path) -> List[Version]:
    """The versions that a module requires, in the order of its tables."""
    found: List[Version] = []

    @_library.VersionCallback
    def each(record, _):
        record = record.contents
        digest = ctypes.string_at(record.digest, 32) if record.digest else None
        name = text(record.name, record.name_length)
        found.append(Version(name, record.crc, record.layout.decode(), digest))
        return True

    check(library.ksym_module_versions(path_bytes(path), each, None))
    return found


def exports(path: Path) -> List[Export]:
    """What a kernel or a module exports, or a Module.symvers lists."""
    found: List[Export] = []

    @_library.ExportCallback
    def each(record, _):
        record = record.contents
        found.append(
            Export(
                text(record.name, record.name_length),
                record.crc if record.has_crc else None,
                record.owner.decode("utf-8", "replace"),
                record.name_space.decode("utf-8", "replace"),
                record.licence.decode(),
                record.is_gpl_only,
            )
        )
        return True

    check(library.ksym_exports(path_bytes(path), each, None))
    return found


class Checker(Handle):
    """A kernel that is asked whether it would load modules.

    `assume` is a text KEY=VALUE, as `ksym check` takes it, or several.
    """

    _close = library.ksym_checker_close

    def __init__(
        self,
        kernel: Path = "running",
        *,
        config: Optional[Path] = None,
        assume: Union[str, Sequence[str]] = (),
    ) -> None:
        super().__init__()
        if isinstance(assume, str):
            assume = [assume]
        given = (ctypes.c_char_p * len(assume))(*[one.encode() for one in assume])
        check(
            library.ksym_checker_open(
                path_bytes(kernel),
                None if config is None else path_bytes(config),
                given,
                len(assume),
                self._pointer,
            )
        )

    def check(
        self,
        modules: Union[Path, Sequence[Path]],
        *,
        dependencies: bool = True,
        ignore_modversions: bool = False,
        ignore_vermagic: bool = False,
        all_symbols: bool = False,
    ) -> List[Dict[str, Any]]:
        """The verdicts, as `ksym check --json` prints them: see its page JSON.md for the keys.

        A module that cannot be read has the verdict `unreadable` and an `error`. Without `dependencies`,
        modules of the kernel's own tree do not count as loaded.
        """
        if isinstance(modules, (str, bytes)) or hasattr(modules, "__fspath__"):
            modules = [modules]
        paths = [path_bytes(path) for path in modules]
        flags = (
            int(ignore_modversions)
            | int(ignore_vermagic) << 1
            | int(not dependencies) << 2
            | int(all_symbols) << 3
        )
        answer = ctypes.c_void_p()
        given = (ctypes.c_char_p * len(paths))(*paths)
        check(library.ksym_checker_check(self._handle, given, len(paths), flags, answer))
        try:
            return json.loads(ctypes.string_at(answer))
        finally:
            library.ksym_free(answer)
