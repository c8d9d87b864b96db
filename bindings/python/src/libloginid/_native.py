"""The functions of the C library, and the only place that touches pointers.

ctypes releases the GIL for the length of each call.
"""

import os
import sys
import weakref
from ctypes import (
    CDLL,
    CFUNCTYPE,
    POINTER,
    byref,
    c_bool,
    c_char_p,
    c_int,
    c_int32,
    c_uint32,
    c_void_p,
    string_at,
)
from typing import Callable, Optional, Union

from .core import LoginIDError

LOG_FUNCTION = CFUNCTYPE(None, c_char_p, c_void_p)

_TEXT = c_char_p
_HANDLE = c_void_p
_OUT = POINTER(c_void_p)


def _call(*arguments):
    """A call of a client: the handle first, the result last."""
    return c_int, (_HANDLE, *arguments, _OUT)


# Result and arguments of every function of the header. A test compares.
PROTOTYPES = {
    "lid_status_name": (c_char_p, (c_int32,)),
    "lid_new": (c_int, (_TEXT, _TEXT, _TEXT, _OUT, _OUT)),
    "lid_new_management": (c_int, (_TEXT, _TEXT, _TEXT, _OUT, _OUT)),
    "lid_new_with_config": (c_int, (_TEXT, _OUT, _OUT)),
    "lid_new_from_env": (c_int, (_OUT, _OUT)),
    "lid_free": (None, (_HANDLE,)),
    "lid_free_string": (None, (c_void_p,)),
    "lid_version": (c_char_p, ()),
    "lid_generate_key_pair": (c_int, (_OUT,)),
    "lid_set_log_callback": (None, (_HANDLE, LOG_FUNCTION, c_void_p)),
    "lid_generate_service_token": _call(_TEXT, _TEXT, _TEXT, _TEXT),
    "lid_verify_token": _call(_TEXT, _TEXT),
    "lid_generate_tx_auth_token": _call(_TEXT, _TEXT, _TEXT),
    "lid_create_tx": _call(_TEXT, _TEXT, _TEXT),
    "lid_verify_transaction": _call(_TEXT, _TEXT, _TEXT),
    "lid_init_tx": _call(_TEXT, _TEXT, _TEXT, _TEXT),
    "lid_complete_tx": _call(_TEXT, _TEXT, _TEXT),
    "lid_generate_code": _call(_TEXT, _TEXT, c_bool, _TEXT, _TEXT),
    "lid_authorize_code": _call(_TEXT, _TEXT, _TEXT, _TEXT, _TEXT),
    "lid_invalidate_all_codes": _call(_TEXT, _TEXT, _TEXT, _TEXT),
    "lid_wait_code": _call(_TEXT, _TEXT, _TEXT, c_uint32, _HANDLE),
    "lid_cancel_new": (_HANDLE, ()),
    "lid_cancel_trigger": (None, (_HANDLE,)),
    "lid_cancel_free": (None, (_HANDLE,)),
    "lid_get_credentials": _call(_TEXT, _TEXT, _TEXT),
    "lid_rename_credential": _call(_TEXT, _TEXT, _TEXT, _TEXT),
    "lid_revoke_credential": _call(_TEXT, _TEXT, _TEXT),
    "lid_force_fido2_credential_init": _call(_TEXT, _TEXT, _TEXT),
    "lid_add_doc_scan_credential_init": _call(_TEXT, _TEXT, _TEXT),
    "lid_add_doc_scan_credential_complete": _call(_TEXT, c_bool, _TEXT, _TEXT),
    "lid_evaluate_doc_scan_credential": _call(_TEXT, _TEXT, _TEXT),
    "lid_generate_recovery_code": _call(_TEXT, _TEXT),
    "lid_add_publickey_credential": _call(_TEXT, _TEXT, _TEXT, _TEXT, _TEXT),
    "lid_init_add_fido2_credential_with_code": _call(_TEXT, _TEXT, _TEXT, _TEXT),
    "lid_complete_add_fido2_credential": _call(_TEXT, _TEXT, _TEXT),
    "lid_get_user": _call(_TEXT),
    "lid_add_user_without_credentials": _call(_TEXT),
    "lid_activate_user_by_id": _call(_TEXT),
    "lid_deactivate_user_by_id": _call(_TEXT),
    "lid_delete_by_user_id": _call(_TEXT),
    "lid_delete_by_username": _call(_TEXT),
    "lid_send_email_verification": _call(_TEXT),
    "lid_register_fido2_init": _call(_TEXT, _TEXT),
    "lid_register_fido2_complete": _call(_TEXT, _TEXT, _TEXT),
    "lid_register_password": _call(_TEXT, _TEXT),
    "lid_authenticate_password": _call(_TEXT, _TEXT),
    "lid_authenticate_fido2_init": _call(_TEXT),
    "lid_authenticate_fido2_complete": _call(_TEXT, _TEXT),
    "lid_authenticate_doc_scan_init": _call(_TEXT, _TEXT),
    "lid_authenticate_doc_scan_complete": _call(_TEXT, _TEXT),
    "lid_authenticate_publickey_init": _call(_TEXT, _TEXT, _TEXT),
    "lid_authenticate_publickey_complete": _call(_TEXT, _TEXT, _TEXT),
    "lid_json_get": (c_int, (_TEXT, _TEXT, _OUT)),
}


def _load() -> CDLL:
    # The SONAME: the system's loader finds the version this package is for.
    library = CDLL(os.environ.get("LOGINID_LIBRARY") or "libloginid.so.0")
    for name, (result, arguments) in PROTOTYPES.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


library = _load()


def version() -> str:
    """The version of the C library."""
    return library.lid_version().decode()


def status_name(status: int) -> str:
    """The name of a status number, as ``"LID_ERROR_API"``."""
    return library.lid_status_name(status).decode()


def text(value: Union[str, bytes, None], name: str) -> Optional[bytes]:
    """An argument as the C library takes it."""
    if value is None:
        return None
    if not isinstance(value, (str, bytes)):
        raise TypeError(f"{name} must be a str, not {type(value).__name__}")
    try:
        encoded = value.encode() if isinstance(value, str) else value
    except UnicodeEncodeError:
        raise LoginIDError(400, "invalid_utf8", f"{name} is not UTF-8") from None
    if b"\0" in encoded:
        # C would read the part before it, which is another value.
        raise LoginIDError(400, "embedded_nul", f"{name} must not hold a NUL")
    return encoded


def invoke(function: str, *arguments) -> str:
    """Calls a function that ends in ``char **out``; its text, or its error raised."""
    out = c_void_p()
    status = getattr(library, function)(*arguments, byref(out))
    try:
        answer = string_at(out.value).decode()
    finally:
        library.lid_free_string(out)
    if status != 0:
        raise LoginIDError.from_json(answer)
    return answer


class Handle:
    """A ``lid_client``, freed when nothing refers to it any more.

    A call refers to it, so a client that another thread closes is freed after
    the last call has returned. There is no lock that a fork could leave held.
    """

    def __init__(self, constructor: str, *arguments: Optional[bytes]) -> None:
        self._pointer: Optional[int] = None
        self._free = library.lid_free
        self._log: Optional[Callable[[str], None]] = None
        self._thunk = None
        client = c_void_p()
        invoke(constructor, *arguments, byref(client))
        self._pointer = client.value

    def call(self, function: str, *arguments) -> str:
        """Runs a call of this client."""
        return invoke(function, self._pointer, *arguments)

    def set_log(self, log: Optional[Callable[[str], None]]) -> None:
        """Has each HTTP attempt told to ``log``."""
        self._log = log
        if log is None:
            library.lid_set_log_callback(self._pointer, LOG_FUNCTION(), None)
        else:
            # One thunk for good: a call in another thread may be using it.
            self._thunk = self._thunk or _log_thunk(self)
            library.lid_set_log_callback(self._pointer, self._thunk, None)

    def __del__(self) -> None:
        # At the interpreter's end a thread may still be in a call.
        if self._pointer is not None and not sys.is_finalizing():
            self._free(self._pointer)


def _log_thunk(handle: Handle):
    # Not through the handle itself, which would then never be freed.
    weak = weakref.ref(handle)

    def log(event: bytes, _user_data) -> None:
        target = weak()
        function = target and target._log
        if function:
            function(event.decode())

    return LOG_FUNCTION(log)
