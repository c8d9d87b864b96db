"""Running the calls of a blocking client for asyncio."""

from __future__ import annotations

import asyncio
from _thread import start_new_thread
from contextlib import suppress
from contextvars import copy_context
from functools import wraps
from typing import TYPE_CHECKING, Any, Callable, Dict, Optional, Tuple, Type, TypeVar

from .._base import BaseClient
from .._cancel import Cancel
from ..attempts import Attempt
from ..core.errors import CancelledError

if TYPE_CHECKING:
    from typing import Awaitable, Coroutine

    from typing_extensions import Concatenate, ParamSpec, Protocol

    Parameters = ParamSpec("Parameters")

    class Request(Protocol):
        """What Starlette, FastAPI and other frameworks over ASGI call a request."""

        @property
        def receive(self) -> Callable[[], Awaitable[Any]]:
            """Receives the next ASGI message."""


Result = TypeVar("Result")
Self = TypeVar("Self", bound="AsyncClient")


def _derived(
    method: "Callable[Concatenate[Any, Parameters], BaseClient]",
) -> "Callable[Concatenate[Self, Parameters], Self]":
    """The method of a blocking client that makes another one, for the clients for asyncio."""

    @wraps(method)
    def derive(self: Self, /, *values: Any, **named: Any) -> Self:
        client = type(self).__new__(type(self))
        client.__dict__.update(self.__dict__)
        client._blocking = method(self._blocking, *values, **named)
        return client

    return derive


class AsyncClient:
    """A client of the LoginID service for asyncio.

    Any number of tasks and event loops may use one at the same time. A task that is cancelled
    ends its call at once.
    """

    # The blocking client, and its class.
    _blocking: BaseClient
    _class: Any

    @classmethod
    def from_env(cls: Type[Self]) -> Self:
        """Makes a client from the environment variables that the blocking client reads."""
        return cls._of(cls._class.from_env())

    @classmethod
    def _of(cls: Type[Self], blocking: BaseClient) -> Self:
        """The client that runs the calls of a blocking one."""
        client = cls.__new__(cls)
        client._blocking = blocking
        return client

    with_options = _derived(BaseClient.with_options)

    def set_log_callback(self, log: Optional[Callable[[str], object]]) -> None:
        """Calls ``log`` with a JSON text for every HTTP attempt; ``None`` stops that.

        It runs on the thread of the call, not on that of the event loop.
        """
        self._blocking.set_log_callback(log)

    def on_attempt(self, function: Optional[Callable[[Attempt], object]]) -> None:
        """Calls ``function`` with a ``dict`` for every HTTP attempt; ``None`` stops that.

        It runs on the thread of the call, not on that of the event loop.
        """
        self._blocking.on_attempt(function)

    def close(self) -> None:
        """Closes the client; calls that are running end first."""
        self._blocking.close()

    async def __aenter__(self: Self) -> Self:
        self._blocking.__enter__()
        return self

    async def __aexit__(self, *_exception: object) -> None:
        self.close()

    async def _run(
        self, method: Callable[..., Result], values: Tuple[Any, ...], named: Dict[str, Any]
    ) -> Result:
        """Runs a method of the blocking client on a thread of its own.

        Not on one of asyncio's pool: a few waits of three minutes would fill that, and then no
        name could be resolved.
        """
        cancel = Cancel()
        client = self._blocking.with_options(cancel=cancel)
        loop = asyncio.get_running_loop()
        ended: "asyncio.Future[Tuple[Any, Optional[BaseException]]]" = loop.create_future()
        context = copy_context()

        def settle(result: Any, error: Optional[BaseException]) -> None:
            if not ended.done():
                ended.set_result((result, error))

        def work() -> None:
            outcome: Tuple[Any, Optional[BaseException]]
            try:
                outcome = (context.run(method, client, *values, **named), None)
            except BaseException as error:
                outcome = (None, error)
            # A task that was cancelled may have been the last of its loop.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(settle, *outcome)
            # The traceback of an error refers to this frame, which must not refer back to it.
            del outcome

        try:
            start_new_thread(work, ())
        except RuntimeError:
            # No thread is left. A call that blocks the event loop is better than no call.
            work()
        try:
            result, error = await ended
        except BaseException:
            # The task was cancelled, or its coroutine closed.
            cancel.trigger()
            raise
        if error is not None:
            try:
                raise error
            finally:
                # As above.
                del error, ended
        answer: Result = result
        return answer


def awaited(
    method: "Callable[Concatenate[Any, Parameters], Result]",
) -> "Callable[Concatenate[Any, Parameters], Coroutine[Any, Any, Result]]":
    """The method of a blocking client as one to be awaited."""

    @wraps(method)
    async def call(self: Any, /, *values: Any, **named: Any) -> Result:
        result: Result = await self._run(method, values, named)
        return result

    return call


async def unless_disconnected(request: "Request", call: "Awaitable[Result]") -> "Result":
    """Awaits a call for a request, and ends it when the request's client disconnects.

    ``request`` is one of Starlette or FastAPI whose body has been read. If the client is gone,
    ``errors.CancelledError`` is raised, whose ``status_code`` is 499.
    """

    async def disconnected() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass

    task = asyncio.ensure_future(call)
    watch = asyncio.ensure_future(disconnected())
    try:
        await asyncio.wait({task, watch}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            return await task
        watch.result()
        raise CancelledError(499, "cancelled", "the client has disconnected")
    finally:
        task.cancel()
        watch.cancel()
        await asyncio.wait({task, watch})
