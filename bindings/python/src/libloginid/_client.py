"""What the drop-in clients have in common: making one, and checks of arguments."""

import os
from typing import Any, Optional, Type, TypeVar

from ._arguments import config, given, text
from ._base import BaseClient
from ._environment import settings
from ._native import V1, Handle
from .core.errors import InvalidArgumentError

Self = TypeVar("Self", bound="Client")


class Client(BaseClient):
    """A client of the LoginID service.

    Any number of threads may use one at the same time, and it may be used
    after ``os.fork()``.
    """

    DEFAULT_JWT_ALOGORITHM = "ES256"
    SUPPORTED_JWT_ALGORITHMS = {DEFAULT_JWT_ALOGORITHM}
    DEFAULT_BASE_URL = "https://directweb.usw1.loginid.io"
    ALLOWED_CODE_TYPES = {"short", "long", "phrase"}

    # Whether clients use the proxies and the REQUESTS_CA_BUNDLE of the environment, as the
    # official package does. ``with_config`` and ``from_env`` do not.
    trust_env = True

    _constructor = "lid_new"

    def __init__(
        self,
        client_id: str,
        private_key: Optional[str] = None,
        base_url: Optional[str] = None,
    ) -> None:
        values = {
            "client_id": text(client_id, "client_id"),
            "private_key": text(given(private_key), "private_key"),
            "base_url": text(
                self.DEFAULT_BASE_URL if given(base_url) is None else base_url, "base_url"
            ),
        }
        environment = settings() if self.trust_env else {}
        if environment and values["client_id"]:
            fields = {name: value for name, value in values.items() if value is not None}
            fields_text = text(config({**fields, **environment}), "config")
            handle = Handle(V1, "lid_new_with_config", fields_text)
        else:
            handle = Handle(V1, self._constructor, *values.values())
        self._adopt(handle, client_id)

    @classmethod
    def with_config(cls: Type[Self], client_id: str, **fields: Any) -> Self:
        """Makes a client with settings.

        The fields are those of ``lid_new_with_config``, for example
        ``request_timeout_ms=5000`` or ``ca_file="ca.pem"``.
        """
        text(client_id, "client_id")
        settings = config({"client_id": client_id, **fields})
        client = cls.__new__(cls)
        client._adopt(Handle(V1, "lid_new_with_config", text(settings, "config")), client_id)
        return client

    @classmethod
    def from_env(cls: Type[Self]) -> Self:
        """Makes a client from the ``LOGINID_…`` environment variables."""
        handle = Handle(V1, "lid_new_from_env")
        client = cls.__new__(cls)
        client._adopt(handle, os.environ["LOGINID_CLIENT_ID"])
        return client

    def _adopt(self, handle: Handle, client_id: str) -> None:
        self._handle = handle
        self._client_id = client_id

    def client_id(self) -> str:
        """The client id."""
        return self._client_id

    def validate_code_type(self, code_type: str) -> None:
        """Raises an error for an unknown code type."""
        text(code_type, "code_type")
        if code_type not in self.ALLOWED_CODE_TYPES:
            message = f"{code_type} is not a valid code type"
            raise InvalidArgumentError(400, "BAD_REQUEST", message)

    def _check_algorithm(self, algo: Optional[str]) -> None:
        text(algo, "algo")
        if algo and algo not in self.SUPPORTED_JWT_ALGORITHMS:
            message = f"{algo} is not an allowed algorithm."
            raise InvalidArgumentError(400, "invalid_algorithm", message)
