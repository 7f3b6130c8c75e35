import ctypes
import os
from typing import Union

from ._library import library

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
        self._handle = ctypes.c_void_p()

    def close(self) -> None:
        """Closes it; what is asked afterwards is an error."""
        handle, self._handle = self._handle, ctypes.c_void_p()
        if handle:
            type(self)._close(handle)

    def __enter__(self):
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def __del__(self) -> None:
        if getattr(self, "_handle", None):
            self.close()
