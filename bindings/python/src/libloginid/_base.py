"""What the clients of both services have in common: options, calling, closing."""

import json
from ctypes import c_bool, c_uint32
from typing import Any, Callable, Dict, List, Optional, TypeVar

from ._arguments import Id, call_options, text, wrong_type
from ._blocking import run
from ._cancel import Cancel
from ._native import Handle, Switch, Uncopyable, invoke
from .attempts import Attempt
from .core.errors import InvalidArgumentError, ResponseError

Self = TypeVar("Self", bound="BaseClient")


class BaseClient(Uncopyable):
    """A client of the LoginID service.

    Any number of threads may use one at the same time, and it may be used
    after ``os.fork()``.
    """

    _handle: Optional[Handle] = None

    def with_options(
        self: Self,
        *,
        timeout: Optional[float] = None,
        max_retries: Optional[int] = None,
        headers: Optional[Dict[str, str]] = None,
        request_id: Optional[Id] = None,
        cancel: Optional[Cancel] = None,
    ) -> Self:
        """Makes a client with other options, which shares connections, keys and the log
        callback with this one: make one for each call if you like.

        ``timeout`` is the limit of each call in seconds. ``headers`` replace those of the
        same name. ``request_id`` is sent with each request. ``cancel.trigger()`` on another
        thread ends the calls of the new client. What is ``None`` stays as it is.
        """
        handle = self._open()
        if cancel is not None and not isinstance(cancel, Cancel):
            raise wrong_type("cancel", "a Cancel", cancel)
        options = call_options(timeout, max_retries, headers, request_id)
        switch = None if cancel is None else cancel.of_clients.value
        client = type(self).__new__(type(self))
        client.__dict__.update(self.__dict__)
        client._handle = handle.derive(options, switch)
        return client

    def set_log_callback(self, log: Optional[Callable[[str], object]]) -> None:
        """Calls ``log`` with a JSON text for every HTTP attempt; ``None`` stops that.

        It runs on the thread that made the call, after the call, once for each
        attempt. Several threads may call it at once. An exception that it raises
        goes to ``sys.unraisablehook``, and the call returns its normal result;
        KeyboardInterrupt, SystemExit and others that are not an ``Exception`` are
        raised by the call.
        """
        handle = self._open()
        handle.set_log(_function(log, "log"))

    def on_attempt(self, function: Optional[Callable[[Attempt], object]]) -> None:
        """Calls ``function`` with a ``dict`` for every HTTP attempt; ``None`` stops that.

        It runs on the thread that made the call, after the call, once for each
        attempt. Several threads may call it at once. What it raises is raised by the
        call, instead of its result. A call that has begun calls the function that was
        set then. It replaces the function of ``set_log_callback``, and the reverse.
        """
        handle = self._open()
        handle.on_attempt(_function(function, "function"))

    def close(self) -> None:
        """Closes the client; running calls of other threads end first."""
        self._handle = None

    def __enter__(self: Self) -> Self:
        self._open()
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def _open(self) -> Handle:
        handle = self._handle
        if handle is None:
            raise InvalidArgumentError(
                400, "client_closed", "the client is closed: make a new one"
            )
        return handle

    def _call(self, function: str, **arguments: Any) -> Any:
        """Runs a call that may send requests; returns its JSON object, parsed.

        The arguments have the order of the C function and the names that
        the caller knows: texts, and values that already have their C type.
        """
        handle = self._open()
        values = _values(arguments)

        def call(events: List[bytes], switch: Optional[Switch]) -> str:
            used = handle if switch is None else handle.derive(None, switch.value)
            return used.call(function, values, events)

        return _carry_out(handle, call)

    def _wait(self, function: str, cancel: Cancel, **arguments: Any) -> Any:
        """Runs a call whose last argument can end it."""
        handle = self._open()
        values = _values(arguments)
        switch = Switch()

        def wait(events: List[bytes], _switch: Optional[Switch]) -> str:
            return switch.wait(lambda last: handle.call(function, [*values, last], events))

        with cancel.ending(switch):
            return _carry_out(handle, wait, switch)

    def _compute(self, function: str, **arguments: Any) -> Any:
        """Runs a call that never sends a request; returns its JSON, parsed."""
        handle = self._open()
        return _read(invoke(function, handle.value, *_values(arguments)))


def _carry_out(
    handle: Handle,
    call: Callable[[List[bytes], Optional[Switch]], str],
    switch: Optional[Switch] = None,
) -> Any:
    """Runs a call, on any thread, and passes its log events to the callback."""
    events: List[bytes] = []
    # The function of this call, even if it replaces or removes itself.
    listener = handle.listener
    try:
        answer = run(lambda ending: call(events, ending), switch, handle.logged)
    finally:
        handle.tell(events, listener)
    return _read(answer)


def _function(value: Optional[Callable[..., object]], name: str) -> Any:
    if value is not None and not callable(value):
        raise wrong_type(name, "a function or None", value)
    return value


def _values(arguments: Dict[str, Any]) -> List[Any]:
    return [
        value if isinstance(value, (c_bool, c_uint32)) else text(value, name)
        for name, value in arguments.items()
    ]


def _read(answer: str) -> Any:
    """The JSON that the C library accepted. Python refuses some: numbers of more than
    4,300 digits, and 100 levels where the stack is nearly used up."""
    try:
        return json.loads(answer)
    except (ValueError, RecursionError) as error:
        raise ResponseError(
            502,
            "invalid_response",
            f"the JSON of the answer cannot be read: {error}",
        ) from None
