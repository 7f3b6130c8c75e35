import ctypes
import os
from typing import Dict, Union

from ._library import BAD_ARGUMENT, library

Path = Union[str, bytes, "os.PathLike[str]"]


class Error(Exception):
    """Why there is no answer. `status` is a negated errno, or one of the codes of ksym.h."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status


def failure(status: int) -> Error:
    return Error(status, library.ksym_error().decode("utf-8", "replace"))


def check(status: int) -> int:
    """The status, if it is no failure."""
    if status < 0:
        raise failure(status)
    return status


def path_bytes(path: Path) -> bytes:
    path = os.fsencode(path)
    if b"\0" in path:
        raise ValueError("a path has no NUL")
    return path


class Handle:
    """What the library opened; it is closed with this object."""

    _close = None

    def __init__(self) -> None:
        #: Null before it is opened, and after it is closed.
        self._pointer = ctypes.c_void_p()

    @property
    def _handle(self) -> ctypes.c_void_p:
        if not self._pointer:
            raise Error(BAD_ARGUMENT, f"this {type(self).__name__} is closed")
        return self._pointer

    def close(self) -> None:
        """Closes it; what is asked afterwards is an error."""
        pointer, self._pointer = self._pointer, ctypes.c_void_p()
        if pointer:
            type(self)._close(pointer)

    def __enter__(self):
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def __del__(self) -> None:
        if getattr(self, "_pointer", None):
            self.close()


def handle(of: "Handle | None", kind: type) -> "ctypes.c_void_p | None":
    """The handle of an argument that may be left out."""
    if of is None:
        return None
    if not isinstance(of, kind):
        raise TypeError(f"a {kind.__name__} is wanted, not {type(of).__name__}")
    return of._handle


def choice(value: str, among: Dict[str, int]) -> int:
    """The number of a word."""
    if value not in among:
        raise ValueError(f"one of {', '.join(among)} is wanted, not {value!r}")
    return among[value]
