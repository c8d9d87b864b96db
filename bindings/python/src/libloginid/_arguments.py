"""Converts arguments for the C library.

A wrong type is a TypeError that names the argument, before anything is sent.
"""

import json
import math
import os
from ctypes import c_bool, c_uint32
from numbers import Real
from typing import Any, Dict, NamedTuple, Optional, TypeVar, Union
from uuid import UUID

from .core.errors import InvalidArgumentError

# An id of the service, and a browser's answer: an object, or its JSON.
Id = Union[str, UUID]
Object = Dict[str, Any]
Browser = Union[Object, str, bytes]
Value = TypeVar("Value")

_LONGEST_WAIT_MS = 2**32 - 1
# A day, for calls of a client of with_options.
_LONGEST_CALL_S = 86_400


def text(value: Union[str, bytes, UUID, None], name: str) -> Optional[bytes]:
    """A text as UTF-8. An id may be a ``uuid.UUID``, as in the official package."""
    if value is None:
        return None
    if isinstance(value, UUID):
        value = str(value)
    if not isinstance(value, (str, bytes)):
        raise wrong_type(name, "a str", value)
    try:
        encoded = value.encode() if isinstance(value, str) else value
        encoded.decode()
    except UnicodeError:
        raise InvalidArgumentError(400, "invalid_utf8", f"{name} is not UTF-8") from None
    if b"\0" in encoded:
        # C would read only the part before it, which is another value.
        raise InvalidArgumentError(400, "embedded_nul", f"{name} must not hold a NUL")
    return encoded


def given(value: Value) -> Optional[Value]:
    """An optional text: empty means "not given", as in the official package."""
    return None if value is None or isinstance(value, (str, bytes)) and not value else value


def flag(value: bool, name: str) -> c_bool:
    """A boolean. ``"false"`` is not one: it would count as true."""
    if not isinstance(value, bool):
        raise wrong_type(name, "a bool", value)
    return c_bool(value)


def milliseconds(timeout: Optional[float]) -> c_uint32:
    """A time limit in seconds; without one, 0, which is the configured limit in C."""
    if timeout is None:
        return c_uint32(0)
    if isinstance(timeout, bool) or not isinstance(timeout, Real):
        raise wrong_type("timeout", "a number of seconds", timeout)
    if not 0 < timeout < math.inf:
        raise ValueError(
            f"timeout must be a finite number of seconds above 0, not {timeout!r}; "
            "None is the configured limit"
        )
    # Only the smaller one is multiplied, because a large product may overflow.
    return c_uint32(max(int(min(timeout, _LONGEST_WAIT_MS / 1000) * 1000), 1))


def call_options(
    timeout: Optional[float],
    max_retries: Optional[int],
    headers: Optional[Dict[str, str]],
    request_id: Optional[Id],
) -> Optional[bytes]:
    """The options of ``with_options`` that were given, as JSON."""
    options: Dict[str, Any] = {}
    if timeout is not None:
        limit = milliseconds(timeout)
        if timeout > _LONGEST_CALL_S:
            raise ValueError(
                f"timeout must be at most {_LONGEST_CALL_S} seconds, not {timeout!r}"
            )
        options["timeout_ms"] = limit.value
    if max_retries is not None:
        if isinstance(max_retries, bool) or not isinstance(max_retries, int):
            raise wrong_type("max_retries", "an int", max_retries)
        options["max_retries"] = max_retries
    if headers is not None:
        if not isinstance(headers, dict):
            raise wrong_type("headers", "a dict", headers)
        options["headers"] = headers
    encoded = text(request_id, "request_id")
    if encoded is not None:
        options["request_id"] = encoded.decode()
    return text(_json(options, "options"), "options")


def payload(value: Browser, name: str) -> Union[str, bytes]:
    """A browser's answer, as JSON."""
    if isinstance(value, (str, bytes)):
        return value
    if not isinstance(value, dict):
        raise wrong_type(name, "a dict or a JSON text", value)
    return _json(value, name)


class _Checked(NamedTuple):
    """A value among options that is not a text."""

    value: Any


def json_object(value: Optional[Browser], name: str) -> Optional[_Checked]:
    """An object among options: a ``dict``, or its JSON."""
    if value is None:
        return None
    if isinstance(value, (str, bytes)):
        value = _object(value, name)
    elif not isinstance(value, dict):
        raise wrong_type(name, "a dict or a JSON text", value)
    return _Checked(value)


def given_flag(value: Optional[bool], name: str) -> Optional[_Checked]:
    """A boolean among options."""
    return None if value is None else _Checked(flag(value, name).value)


def fido2_options(**members: Any) -> Optional[str]:
    """The options that were given, as JSON: texts, checked values, and flags that are true."""
    options: Dict[str, Any] = {}
    for name, value in members.items():
        if isinstance(value, c_bool):
            if value.value:
                options[name] = True
            continue
        if isinstance(value, _Checked):
            options[name] = value.value
            continue
        encoded = text(value, name)
        if encoded is not None:
            options[name] = encoded.decode()
    return _json(options, "options") if options else None


def who(user_id: Optional[Id], username: Optional[str]) -> Dict[str, Any]:
    """The user; an empty text means "not given", as in the official package."""
    user = {"user_id": given(user_id), "username": given(username)}
    if user["user_id"] is None and user["username"] is None:
        message = "either `user_id` or `username` must be present"
        raise InvalidArgumentError(400, "bad_request", message)
    return user


def config(fields: Dict[str, Any]) -> str:
    """The fields of a configuration as JSON. Paths and bytes become texts; ``None`` means
    "not given", for example for a variable of the environment that is not set."""
    members = []
    for name, value in fields.items():
        if value is None:
            continue
        if isinstance(value, os.PathLike):
            value = os.fspath(value)
        if isinstance(value, bytes):
            encoded = text(value, name)
            value = encoded and encoded.decode()
        members.append(f"{json.dumps(name)}:{_json(value, name)}")
    return "{" + ",".join(members) + "}"


def wrong_type(name: str, expected: str, value: object) -> TypeError:
    return TypeError(f"{name} must be {expected}, not {type(value).__name__}")


def _check_names(value: Any) -> None:
    """Refuses names of members that JSON would change: 1, ``None`` and ``True`` have one."""
    if isinstance(value, dict):
        for name, member in value.items():
            if not isinstance(name, str):
                raise wrong_type("a name in it", "a str", name)
            _check_names(member)
    elif isinstance(value, (list, tuple)):
        for item in value:
            _check_names(item)


def _object(value: Union[str, bytes], name: str) -> Object:
    """The object of a JSON text."""
    try:
        parsed = json.loads(text(value, name) or b"")
    except (ValueError, RecursionError) as error:
        message = f"{name} is not JSON: {error}"
        raise InvalidArgumentError(400, "invalid_json", message) from None
    if not isinstance(parsed, dict):
        raise InvalidArgumentError(400, "invalid_json", f"{name} must be a JSON object")
    return parsed


def _json(value: Any, name: str) -> str:
    try:
        _check_names(value)
        return json.dumps(value, allow_nan=False)
    except TypeError as error:
        raise TypeError(f"{name} cannot be written as JSON: {error}") from None
    except (ValueError, RecursionError) as error:
        # NaN, a dictionary that contains itself, or too deep nesting.
        message = f"{name} cannot be written as JSON: {error}"
        raise InvalidArgumentError(400, "invalid_json", message) from None
