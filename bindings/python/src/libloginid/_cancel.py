"""Ending a wait from another thread."""

from ._native import library
from .core import LoginIDError


class Cancel:
    """A switch that ends ``authenticate_code_wait`` from another thread.

    Once triggered it stays so. After ``os.fork()`` the child makes its own.
    """

    def __init__(self) -> None:
        self._pointer = library.lid_cancel_new()
        self._free = library.lid_cancel_free
        if self._pointer is None:
            raise LoginIDError(500, "out_of_descriptors", "no file descriptor is left")

    def trigger(self) -> None:
        """Ends the waits that use this switch, now and later."""
        library.lid_cancel_trigger(self._pointer)

    def __del__(self) -> None:
        if self._pointer is not None:
            self._free(self._pointer)
