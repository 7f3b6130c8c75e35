import ctypes
from typing import Optional

from . import _library
from ._kernel import Kernel
from ._library import library
from ._support import Handle, check, choice, handle
from ._table import Table

_FORMS = {"readable": 0, "source": 1, "linkage": 2, "hashed": 3}


class Translator(Handle):
    """Rewrites symbol names in a text that comes in pieces, and nothing else of it.

    `to` is readable, source, linkage or hashed; the last two need a kernel or a table.
    """

    _close = library.ksym_translator_free

    def __init__(
        self,
        kernel: Optional[Kernel] = None,
        *,
        table: Optional[Table] = None,
        to: str = "readable",
        keep_linkage: bool = False,
    ) -> None:
        super().__init__()
        options = _library.TranslatorOptions(
            size=ctypes.sizeof(_library.TranslatorOptions),
            form=choice(to, _FORMS),
            flags=int(keep_linkage),
            kernel=handle(kernel, Kernel),
            table=handle(table, Table),
        )
        check(library.ksym_translator_new(options, self._pointer))

    def feed(self, data: bytes) -> bytes:
        """Takes a piece of the text; gives what is translated so far."""
        if isinstance(data, str):
            raise TypeError("a text is bytes, not str")
        data = bytes(data)
        return self._written(
            lambda write: library.ksym_translator_feed(self._handle, data, len(data), write, None)
        )

    def finish(self) -> bytes:
        """Ends the text; gives the rest."""
        return self._written(
            lambda write: library.ksym_translator_finish(self._handle, write, None)
        )

    def _written(self, call) -> bytes:
        pieces = []

        @_library.TextCallback
        def write(piece, length, _):
            pieces.append(ctypes.string_at(piece, length))
            return True

        check(call(write))
        return b"".join(pieces)


def translate(
    data: bytes,
    kernel: Optional[Kernel] = None,
    *,
    table: Optional[Table] = None,
    to: str = "readable",
    keep_linkage: bool = False,
) -> bytes:
    """Rewrites the symbol names in a text, and nothing else of it."""
    with Translator(kernel, table=table, to=to, keep_linkage=keep_linkage) as translator:
        return translator.feed(data) + translator.finish()
