"""Decides where a blocking call runs: on the calling thread or on a new thread.

Python does nothing else on a thread that is inside a C function: it runs no
signal handler and, under gevent or eventlet, no other greenlet.
"""

import sys
from _socket import MSG_NOSIGNAL, socketpair
from _thread import get_ident, start_new_thread
from contextlib import suppress
from functools import partial
from importlib import import_module
from queue import SimpleQueue
from threading import main_thread
from typing import Any, Callable, List, Optional, Tuple, Union

from ._native import Switch

Outcome = Tuple[str, Optional[BaseException]]


def run(call: Callable[[Optional[Switch]], str], switch: Optional[Switch], logged: bool) -> str:
    """Runs ``call``, which is a wait if there is a ``switch`` to end it.

    Under gevent and eventlet each call moves to another thread. Otherwise only
    the main thread's do, because it runs the signal handlers: waits, so
    that Ctrl-C ends them, and calls with a log callback, because Python drops
    a KeyboardInterrupt that it raises on entering a callback.
    """
    try:
        green = _green_threads()
        if green is not None:
            return _move(call, switch or Switch(), _GreenThread(*green))
        if (switch is not None or logged) and get_ident() == main_thread().ident:
            return _move(call, switch or Switch(), _Thread())
    except _NothingLeft:
        # For example when the interpreter exits and no thread can be started.
        # A call that blocks everything is better than no call.
        pass
    return call(switch)


def _move(
    call: Callable[[Optional[Switch]], str],
    switch: Switch,
    thread: "Union[_Thread, _GreenThread]",
) -> str:
    """Runs ``call`` on another thread and waits for its end.

    An exception that interrupts this, for example KeyboardInterrupt or a greenlet's
    timeout, ends the call with the switch. The main thread raises the exception when the
    call has ended, which takes a moment; a greenlet raises it at once.
    """
    begun = False

    def work() -> None:
        nonlocal begun
        begun = True
        try:
            answer = call(switch)
        except BaseException as error:
            thread.put(("", error))
        else:
            thread.put((answer, None))

    try:
        thread.start(work)
        answer, error = thread.get()
    except _NothingLeft:
        raise
    except BaseException:
        switch.trigger()
        if begun and not thread.green:
            thread.get()
        raise
    if error is not None:
        try:
            raise error
        finally:
            # Its traceback refers to this frame, which must not refer back to it.
            del error
    return answer


class _NothingLeft(Exception):
    """No thread or descriptor is left to move a call to another thread."""


class _Thread:
    """A thread that the main thread waits for while signal handlers can run."""

    green = False

    def __init__(self) -> None:
        outcomes: "SimpleQueue[Outcome]" = SimpleQueue()
        self.put = outcomes.put
        self.get = outcomes.get

    def start(self, work: Callable[[], None]) -> None:
        try:
            start_new_thread(work, ())
        except RuntimeError:
            raise _NothingLeft from None


class _GreenThread:
    """A thread that a greenlet waits for while other greenlets run.

    Not one of gevent's or eventlet's pools: a few waits of three minutes would
    fill those, and then no name could be resolved.
    """

    green = True

    def __init__(self, start: Callable[..., Any], wait_readable: Callable[[int], Any]) -> None:
        self._start = start
        self._wait_readable = wait_readable
        self._outcomes: List[Outcome] = []
        try:
            # Sockets without Python's class, which is patched. Each side closes its
            # own: if it closed one that the other side still uses, the number could by
            # then belong to another file.
            self._reader, self._writer = socketpair()
        except OSError:
            raise _NothingLeft from None

    def start(self, work: Callable[[], None]) -> None:
        try:
            self._start(work, ())
        except RuntimeError:
            self._reader.close()
            self._writer.close()
            raise _NothingLeft from None

    def put(self, outcome: Outcome) -> None:
        self._outcomes.append(outcome)
        # A byte, not only the end: a forked child may have a copy of this side. The
        # greenlet may have left.
        with suppress(OSError):
            self._writer.send(b"\0", MSG_NOSIGNAL)
        self._writer.close()

    def get(self) -> Outcome:
        try:
            self._wait_readable(self._reader.fileno())
        finally:
            self._reader.close()
        return self._outcomes.pop()


def _green_threads() -> Optional[Tuple[Callable[..., Any], Callable[[int], Any]]]:
    """How to start a real thread, and how a greenlet waits for a descriptor, if
    gevent or eventlet has replaced the standard library's blocking functions."""
    # Another thread may be importing them: only complete modules count.
    gevent = sys.modules.get("gevent.monkey")
    patched = getattr(gevent, "is_module_patched", None)
    if gevent is not None and patched is not None and any(map(patched, ("socket", "_thread"))):
        wait_readable = import_module("gevent.socket").wait_read
        return gevent.get_original("_thread", "start_new_thread"), wait_readable
    eventlet = sys.modules.get("eventlet.patcher")
    patched = getattr(eventlet, "is_monkey_patched", None)
    if eventlet is not None and patched is not None and any(map(patched, ("socket", "thread"))):
        wait_readable = partial(import_module("eventlet.hubs").trampoline, read=True)
        return eventlet.original("_thread").start_new_thread, wait_readable
    return None
