"""The functions of the C library, and the only place that touches pointers.

ctypes releases the GIL during each call.
"""

import atexit
import json
import sys
from _thread import get_native_id
from ctypes import (
    CFUNCTYPE,
    POINTER,
    byref,
    c_char_p,
    c_int,
    c_int32,
    c_void_p,
    string_at,
)
from typing import Any, Callable, Dict, List, NamedTuple, NoReturn, Optional, Tuple
from weakref import WeakValueDictionary

from ._loading import load
from ._prototypes import CALLS
from .attempts import Attempt
from .core.errors import LoginIDError

LOG_FUNCTION = CFUNCTYPE(None, c_char_p, c_void_p)

_TEXT = c_char_p
_HANDLE = c_void_p
_OUT = POINTER(c_void_p)

Prototype = Tuple[Any, Tuple[Any, ...]]

# Result and arguments of every function of the header. A test compares.
PROTOTYPES: Dict[str, Prototype] = {
    "lid_status_name": (c_char_p, (c_int32,)),
    "lid_new": (c_int, (_TEXT, _TEXT, _TEXT, _OUT, _OUT)),
    "lid_new_management": (c_int, (_TEXT, _TEXT, _TEXT, _OUT, _OUT)),
    "lid_new_with_config": (c_int, (_TEXT, _OUT, _OUT)),
    "lid_new_from_env": (c_int, (_OUT, _OUT)),
    "lid_with_options": (c_int, (_HANDLE, _TEXT, _HANDLE, _OUT, _OUT)),
    "lid_free": (None, (_HANDLE,)),
    "lid_free_string": (None, (c_void_p,)),
    "lid_version": (c_char_p, ()),
    "lid_generate_key_pair": (c_int, (_OUT,)),
    "lid_set_log_callback": (None, (_HANDLE, LOG_FUNCTION, c_void_p)),
    "lid_v2_new": (c_int, (_TEXT, _TEXT, _OUT, _OUT)),
    "lid_v2_new_with_config": (c_int, (_TEXT, _OUT, _OUT)),
    "lid_v2_new_from_env": (c_int, (_OUT, _OUT)),
    "lid_v2_with_options": (c_int, (_HANDLE, _TEXT, _HANDLE, _OUT, _OUT)),
    "lid_v2_free": (None, (_HANDLE,)),
    "lid_v2_set_log_callback": (None, (_HANDLE, LOG_FUNCTION, c_void_p)),
    "lid_cancel_new": (_HANDLE, ()),
    "lid_cancel_trigger": (None, (_HANDLE,)),
    "lid_cancel_free": (None, (_HANDLE,)),
    "lid_json_get": (c_int, (_TEXT, _TEXT, _OUT)),
    # The calls of a client: the handle first, the result last.
    **{name: (c_int, (_HANDLE, *arguments, _OUT)) for name, arguments in CALLS.items()},
}


library = load(PROTOTYPES)


def version() -> str:
    """The version of the C library."""
    name: bytes = library.lid_version()
    return name.decode()


def status_name(status: int) -> str:
    """The name of a status number, for example ``"LID_ERROR_API"``."""
    if isinstance(status, bool) or not isinstance(status, int):
        raise TypeError(f"status must be an int, not {type(status).__name__}")
    # ctypes would truncate a larger number.
    name: bytes = library.lid_status_name(status if abs(status) < 2**31 else -1)
    return name.decode()


def invoke(function: str, *arguments: Any) -> str:
    """Calls a function that ends in ``char **out``; returns its text or raises its error."""
    out = c_void_p()
    try:
        # A signal handler's exception may be raised as soon as this has returned.
        status = getattr(library, function)(*arguments, byref(out))
        answer = string_at(out).decode()
    finally:
        library.lid_free_string(out)
    if status != 0:
        raise LoginIDError.from_json(answer, status)
    return answer


class Uncopyable:
    """An owner of memory of the C library, which a copy would free again."""

    def __reduce__(self) -> NoReturn:
        # copy, deepcopy and pickle all call this.
        name = type(self).__name__
        raise TypeError(
            f"a {name} cannot be copied or pickled: share this one among the threads "
            f"of a process, and make another {name} in another process"
        )


class _Pointer(Uncopyable):
    """A pointer of the C library, freed when nothing refers to it.

    Calls refer to it while they use it, so there is no lock that a fork could
    leave held.
    """

    value: Optional[int] = None

    def __init__(self, free: Callable[[Optional[int]], None]) -> None:
        self._free = free

    def __del__(self) -> None:
        # A thread may still be in a call when the interpreter exits.
        if self.value is not None and not sys.is_finalizing():
            self._free(self.value)


class _Log:
    """What is called for each HTTP attempt, for all clients that share it."""

    function: Optional[Callable[[str], object]] = None
    listener: Optional[Callable[[Attempt], object]] = None


class Service(NamedTuple):
    """The functions that a client of a service has besides its calls."""

    with_options: str
    free: str
    set_log_callback: str


V1 = Service("lid_with_options", "lid_free", "lid_set_log_callback")
V2 = Service("lid_v2_with_options", "lid_v2_free", "lid_v2_set_log_callback")


class Handle(_Pointer):
    """A ``lid_client`` or ``lid_v2_client``: if another thread closes it, it is freed after the
    last call."""

    def __init__(
        self, service: Service, constructor: str, *arguments: Any, log: Optional[_Log] = None
    ) -> None:
        super().__init__(getattr(library, service.free))
        self._service = service
        self._set_log_callback = getattr(library, service.set_log_callback)
        self._log = log or _Log()
        client = c_void_p()
        try:
            invoke(constructor, *arguments, byref(client))
        finally:
            self.value = client.value
        if log is not None:
            _logged[id(self)] = self

    def derive(self, options: Optional[bytes], cancel: Optional[int]) -> "Handle":
        """A client with other options, which shares the log callback."""
        function = self._service.with_options
        return Handle(self._service, function, self.value, options, cancel, log=self._log)

    @property
    def listener(self) -> Optional[Callable[[Attempt], object]]:
        """The function for attempts as dictionaries."""
        return self._log.listener

    @property
    def logged(self) -> bool:
        """Whether calls collect log events."""
        return self._log.function is not None or self._log.listener is not None

    def call(self, function: str, arguments: List[Any], events: List[bytes]) -> str:
        """Runs a call of this client and collects its log events."""
        thread = get_native_id()
        _events[thread] = events
        try:
            return invoke(function, self.value, *arguments)
        finally:
            _events.pop(thread, None)

    def set_log(self, log: Optional[Callable[[str], object]]) -> None:
        """Sets ``log`` as the function that ``tell`` calls with texts, or nothing."""
        self._set(log, None)

    def on_attempt(self, listener: Optional[Callable[[Attempt], object]]) -> None:
        """Sets the function that ``tell`` calls with dictionaries, or nothing."""
        self._set(None, listener)

    def _set(
        self,
        log: Optional[Callable[[str], object]],
        listener: Optional[Callable[[Attempt], object]],
    ) -> None:
        if log is None and listener is None:
            self._set_log_callback(self.value, LOG_FUNCTION(), None)
            self._log.function = self._log.listener = None
        else:
            self._log.function, self._log.listener = log, listener
            _logged[id(self)] = self
            self._set_log_callback(self.value, _collect, None)

    def tell(
        self, events: List[bytes], listener: Optional[Callable[[Attempt], object]]
    ) -> None:
        """Passes the events of a call to its listener, or to the log callback, outside of
        the C library: inside it, an exception would be lost, and what the function may do
        would be limited."""
        for event in events:
            if listener is not None:
                listener(json.loads(event))
                continue
            log = self._log.function
            if log is not None:
                try:
                    log(event.decode())
                except Exception as error:
                    _report(error)


class Switch(Uncopyable):
    """Ends calls. For a wait, its descriptor is freed with the wait, even while a traceback
    keeps this object."""

    def __init__(self) -> None:
        self._cancel: Optional[_Pointer] = _Pointer(library.lid_cancel_free)
        self._cancel.value = library.lid_cancel_new()

    @property
    def value(self) -> Optional[int]:
        """The ``lid_cancel``."""
        return None if self._cancel is None else self._cancel.value

    def trigger(self) -> None:
        """Ends the calls, on any thread."""
        cancel = self._cancel
        if cancel is not None:
            library.lid_cancel_trigger(cancel.value)

    def wait(self, call: Callable[[Optional[int]], str]) -> str:
        """Runs the wait with the pointer."""
        try:
            return call(self.value)
        finally:
            self._cancel = None


# The log events of each thread's call, by the system's thread number.
_events: Dict[int, List[bytes]] = {}
# The clients that may have a log callback, by their id.
_logged: "WeakValueDictionary[int, Handle]" = WeakValueDictionary()


def _append(event: bytes, _user_data: Optional[int]) -> None:
    events = _events.get(get_native_id())
    if events is not None:
        events.append(event)


_collect = LOG_FUNCTION(_append)


@atexit.register
def _end_logs() -> None:
    # When a daemon thread enters Python while the interpreter exits, Python ends the
    # thread inside the C library, which ends the process with SIGABRT.
    # Unlike an iteration, valuerefs() permits that other threads still make clients.
    for reference in _logged.valuerefs():
        handle = reference()
        if handle is not None:
            handle.set_log(None)


def _report(error: Exception) -> None:
    """Reports an exception that cannot be caught to sys.unraisablehook."""
    errors = [error]

    def log_callback() -> None:
        raise errors.pop()

    CFUNCTYPE(None)(log_callback)()
