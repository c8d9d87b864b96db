"""What every client has: how it is made, how it calls, how it ends."""

import json
import os
from ctypes import c_uint32, c_void_p
from typing import Any, Callable, Dict, Optional

from ._native import Handle, text
from .core import LoginIDError


class Client:
    """A client of the LoginID service.

    Any number of threads may use one at the same time, and it may be used
    after ``os.fork()``.
    """

    DEFAULT_JWT_ALOGORITHM = "ES256"
    SUPPORTED_JWT_ALGORITHMS = {DEFAULT_JWT_ALOGORITHM}
    DEFAULT_BASE_URL = "https://directweb.usw1.loginid.io"
    ALLOWED_CODE_TYPES = {"short", "long", "phrase"}

    def __init__(
        self,
        client_id: str,
        private_key: Optional[str] = None,
        base_url: Optional[str] = None,
    ) -> None:
        handle = Handle(
            "lid_new",
            text(client_id, "client_id"),
            text(private_key or None, "private_key"),
            text(base_url or self.DEFAULT_BASE_URL, "base_url"),
        )
        self._adopt(handle, client_id)

    @classmethod
    def with_config(cls, client_id: str, **fields: Any):
        """Makes a client with settings of its own.

        The fields are those of ``lid_new_with_config``, as
        ``request_timeout_ms=5000`` or ``ca_file="ca.pem"``.
        """
        config = json.dumps({"client_id": client_id, **fields})
        client = cls.__new__(cls)
        client._adopt(Handle("lid_new_with_config", text(config, "config")), client_id)
        return client

    @classmethod
    def from_env(cls):
        """Makes a client from the ``LOGINID_…`` environment variables."""
        handle = Handle("lid_new_from_env")
        client = cls.__new__(cls)
        client._adopt(handle, os.environ["LOGINID_CLIENT_ID"])
        return client

    def _adopt(self, handle: Handle, client_id: str) -> None:
        self._handle: Optional[Handle] = handle
        self._client_id = client_id

    def client_id(self) -> str:
        """The client id."""
        return self._client_id

    def set_log_callback(self, log: Optional[Callable[[str], None]]) -> None:
        """Has ``log`` called with a JSON text for every HTTP attempt; ``None`` ends it.

        It runs on the calling thread, ``authenticate_code_wait`` excepted, and
        several threads may be in it at once.
        """
        self._open().set_log(log)

    def close(self) -> None:
        """Ends the client; calls in other threads come to their end first."""
        self._handle = None

    def __enter__(self):
        return self

    def __exit__(self, *_exception) -> None:
        self.close()

    def _open(self) -> Handle:
        handle = self._handle
        if handle is None:
            raise LoginIDError(400, "client_closed", "the client is closed")
        return handle

    def _call(self, function: str, **arguments: Any) -> Dict[str, Any]:
        """Runs a call. The arguments come in the order of the C function: texts,
        truth values, and for the rest values that have their C type already."""
        values = (
            value if isinstance(value, (bool, c_uint32, c_void_p)) else text(value, name)
            for name, value in arguments.items()
        )
        return json.loads(self._open().call(function, *values))

    def validate_code_type(self, code_type: str) -> None:
        """Raises an error for a code type that is none."""
        if code_type not in self.ALLOWED_CODE_TYPES:
            raise LoginIDError(400, "BAD_REQUEST", f"{code_type} is not a valid code type")

    def _check_algorithm(self, algo: Optional[str]) -> None:
        if algo and algo not in self.SUPPORTED_JWT_ALGORITHMS:
            raise LoginIDError(400, "invalid_algorithm", f"{algo} is not an allowed algorithm.")


def payload(value: Any) -> str:
    """A browser's answer, given as a dictionary or as JSON."""
    return value if isinstance(value, str) else json.dumps(value)


def fido2_options(**options: Any) -> Optional[str]:
    """The options that were given, as JSON."""
    given = {name: value for name, value in options.items() if value}
    return json.dumps(given) if given else None
