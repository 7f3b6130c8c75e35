import ctypes
import operator
from typing import Iterator, List, NamedTuple, Optional, Union

from . import _library
from ._library import encoded, library, text
from ._support import Handle, Path, check, choice, failure, path_bytes


class Symbol(NamedTuple):
    """A symbol: its name, and what distinguishes it from others with that name."""

    #: The linkage name.
    name: str
    #: Its address; None if the file gives none.
    address: Optional[int]
    #: Bytes up to the next symbol; 0 if unknown.
    size: int
    #: `vmlinux`, or a module.
    owner: str
    #: The letter that nm prints.
    type: str
    #: Position among symbols of the same name and owner, from 1: livepatch's sympos.
    position: int
    #: How many those are.
    equals: int
    #: Its index in the kernel.
    index: int
    #: Distance from it of the address or place asked for, in bytes.
    offset: int = 0
    #: Whether the compiler made it from the function asked for.
    is_clone: bool = False


def _symbol(record: _library.Symbol) -> Symbol:
    return Symbol(
        text(record.name, record.name_length),
        record.address if record.has_address else None,
        record.length,
        record.owner.decode("utf-8", "replace"),
        record.type.decode("latin-1"),
        record.position,
        record.equals,
        record.index,
        record.offset,
        record.is_clone,
    )


_VIEWS = {"kernel": 0, "listed": 1, "system-map": 2}


class Kernel(Handle):
    """A kernel and its symbols, a sequence of them; may be used by several threads.

    `path` is an image, a memory dump, a list of symbols, a directory, the release of an installed kernel,
    `build-id:` with at least eight digits, or `running`. `slide` moves it as KASLR did. `modules` is a
    module, or a directory of them, whose symbols are added; `with_modules` adds all of the kernel.
    """

    _close = library.ksym_kernel_close

    def __init__(
        self,
        path: Path = "running",
        *,
        view: str = "kernel",
        slide: Optional[int] = None,
        modules: Optional[Path] = None,
        with_modules: bool = False,
        limit: int = 0,
    ) -> None:
        super().__init__()
        options = _library.KernelOptions(
            size=ctypes.sizeof(_library.KernelOptions),
            view=choice(view, _VIEWS),
            flags=int(with_modules) | (0 if slide is None else 2),
            slide=(slide or 0) & 0xFFFF_FFFF_FFFF_FFFF,
            limit=limit,
            modules=None if modules is None else path_bytes(modules),
        )
        check(library.ksym_kernel_open(path_bytes(path), options, self._pointer))

    @property
    def release(self) -> Optional[str]:
        """The release, as uname -r prints it."""
        value = library.ksym_kernel_release(self._handle)
        return value.decode() if value else None

    @property
    def build_id(self) -> Optional[str]:
        """The build ID in hexadecimal."""
        value = library.ksym_kernel_build_id(self._handle)
        return value.decode() if value else None

    @property
    def slide(self) -> Optional[int]:
        """How far it was moved from where it was linked to, in bytes."""
        value = ctypes.c_uint64()
        found = check(library.ksym_kernel_slide(self._handle, value))
        return value.value if found == 0 else None

    def __len__(self) -> int:
        return library.ksym_kernel_count(self._handle)

    def __getitem__(self, index: Union[int, slice]) -> Union[Symbol, List[Symbol]]:
        if isinstance(index, slice):
            return [self[one] for one in range(len(self))[index]]
        if not -len(self) <= index < len(self):
            raise IndexError(f"there are {len(self)} symbols")
        index = range(len(self))[index]
        record = _library.Symbol(size=ctypes.sizeof(_library.Symbol))
        check(library.ksym_kernel_symbol(self._handle, index, record))
        return _symbol(record)

    def __iter__(self) -> Iterator[Symbol]:
        return iter(self.symbols())

    def symbols(self) -> List[Symbol]:
        """All symbols, which costs less than one after the other."""
        records = (_library.Symbol * len(self))()
        size = ctypes.sizeof(_library.Symbol)
        count = library.ksym_kernel_symbols(self._handle, 0, records, size, len(records))
        return [_symbol(records[index]) for index in range(count)]

    def at(self, address: int) -> Optional[Symbol]:
        """What an address belongs to."""
        address = operator.index(address)
        if not 0 <= address < 1 << 64:
            return None
        record = _library.Symbol(size=ctypes.sizeof(_library.Symbol))
        found = check(library.ksym_kernel_at(self._handle, address, record))
        return _symbol(record) if found == 0 else None

    def find(self, key: Union[str, bytes], era: Optional[str] = None) -> List[Symbol]:
        """What a key may mean: a linkage name, a source name, the end of a readable path, a digest, a pattern
        or an address, with what chooses among equals. `era` is a release by whose rules names are found."""
        found: List[Symbol] = []

        @_library.SymbolCallback
        def each(record, _):
            found.append(_symbol(record.contents))
            return True

        key = encoded(key)
        check(
            library.ksym_kernel_find(
                self._handle, key, len(key), None if era is None else era.encode(), each, None
            )
        )
        return found

    def spell(self, symbol: Union[int, Symbol], interface: str) -> str:
        """A symbol as kprobe, ftrace, perf, bpftrace, livepatch, gdb, crash or modversions takes it.

        Raises Error with the code of the reason if it cannot.
        """
        index = symbol.index if isinstance(symbol, Symbol) else symbol
        size = 512
        while True:
            buffer = ctypes.create_string_buffer(size)
            length = library.ksym_kernel_spell(
                self._handle, index, interface.encode(), buffer, size
            )
            if length < 0:
                raise failure(length)
            if length < size:
                return buffer.raw[:length].decode("utf-8", "surrogateescape")
            size = length + 1
