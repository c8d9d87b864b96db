"""Ending calls from another thread."""

from contextlib import contextmanager
from typing import Iterator, Set

from ._native import Switch, Uncopyable


class Cancel(Uncopyable):
    """Ends ``authenticate_code_wait``, or the calls of a client of ``with_options``,
    from another thread.

    It stays triggered. Any number of calls may share one. After ``os.fork()`` it
    ends calls of the process that triggers it.
    """

    def __init__(self) -> None:
        self._triggered = False
        # A wait has one of its own, because an exception may end that wait only.
        self._switches: Set[Switch] = set()
        self._of_clients = Switch()

    @property
    def of_clients(self) -> Switch:
        """The switch for clients that are derived with this cancel."""
        return self._of_clients

    def trigger(self) -> None:
        """Ends the calls that use it, now and later."""
        self._triggered = True
        self._of_clients.trigger()
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
