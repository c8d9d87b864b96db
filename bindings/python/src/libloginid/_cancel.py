"""Ending a wait from another thread."""

from contextlib import contextmanager
from typing import Iterator, Set

from ._native import Switch, Uncopyable


class Cancel(Uncopyable):
    """Ends ``authenticate_code_wait`` from another thread.

    Once triggered it stays so. Any number of waits may share one. After
    ``os.fork()`` the child makes its own.
    """

    def __init__(self) -> None:
        self._triggered = False
        self._switches: Set[Switch] = set()

    def trigger(self) -> None:
        """Ends the waits that it was given to, now and later."""
        self._triggered = True
        for switch in list(self._switches):
            switch.trigger()

    @contextmanager
    def ending(self, switch: Switch) -> Iterator[None]:
        # First known, then looked at: `trigger` does it the other way round.
        self._switches.add(switch)
        try:
            if self._triggered:
                switch.trigger()
            yield
        finally:
            self._switches.discard(switch)
