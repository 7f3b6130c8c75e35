from typing import List, NamedTuple, Optional, Union

from . import _library
from ._library import encoded, library, text
from ._support import Handle, Path, check, path_bytes


class Owner(NamedTuple):
    """What a name belongs to."""

    module: str
    #: Release of its kernel; empty if unknown.
    release: str


class Table(Handle):
    """A name table, as `ksym table build` makes it: names by digest, source or readable name."""

    _close = library.ksym_table_close

    def __init__(self, path: Path) -> None:
        super().__init__()
        check(library.ksym_table_open(path_bytes(path), self._pointer))

    def __len__(self) -> int:
        return library.ksym_table_count(self._handle)

    def digest(self, digest: Union[str, bytes]) -> List[str]:
        """The names with a digest: 32 bytes, or 64 hexadecimal digits."""
        if isinstance(digest, str):
            digest = bytes.fromhex(digest[7:] if digest.startswith("sha256:") else digest)
        if len(digest) != 32:
            raise ValueError("a digest has 32 bytes")
        return self._names(lambda each: library.ksym_table_digest(self._handle, digest, each, None))

    def find(self, form: Union[str, bytes]) -> List[str]:
        """The linkage names with a source or readable name."""
        form = encoded(form)
        return self._names(
            lambda each: library.ksym_table_find(self._handle, form, len(form), each, None)
        )

    def owners(self, name: Union[str, bytes]) -> List[Owner]:
        """Who has a linkage name."""
        found: List[Owner] = []

        @_library.OwnerCallback
        def each(module, release, _):
            found.append(Owner(module.decode("utf-8", "replace"), release.decode("utf-8", "replace")))
            return True

        name = encoded(name)
        check(library.ksym_table_owners(self._handle, name, len(name), each, None))
        return found

    def _names(self, ask) -> List[str]:
        found: List[str] = []

        @_library.TextCallback
        def each(name, length, _):
            found.append(text(name, length))
            return True

        check(ask(each))
        return found
