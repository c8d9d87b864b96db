"""Ending a wait from another thread."""

from contextlib import contextmanager
from typing import Iterator, Set

from ._native import Switch, Uncopyable


class Cancel(Uncopyable):
    """Ends ``authenticate_code_wait`` from another thread.

    It stays triggered. Any number of waits may share one. After
    ``os.fork()`` the child makes its own.
    """

    def __init__(self) -> None:
        self._triggered = False
        self._switches: Set[Switch] = set()

    def trigger(self) -> None:
        """Ends the waits that use it, now and later."""
        self._triggered = True
        for switch in list(self._switches):
            switch.trigger()

    @contextmanager
    def ending(self, switch: Switch) -> Iterator[None]:
        # Register first, then check: `trigger` does it in the opposite order.
        self._switches.add(switch)
        try:
            if self._triggered:
                switch.trigger()
            yield
        finally:
            self._switches.discard(switch)
