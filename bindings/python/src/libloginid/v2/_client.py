"""The client of the current service: making one."""

from typing import Any, Optional, Type, TypeVar

from .._arguments import config, text
from .._native import V2, Handle
from ._calls import Calls

Self = TypeVar("Self", bound="Client")


class Client(Calls):
    """A client of LoginID's current service.

    Any number of threads may use one at the same time, and it may be used
    after ``os.fork()``. A browser's answer may be a ``dict`` or its JSON, which is sent unchanged.

    Args:
        base_url: the application's URL, as the dashboard shows it
        api_key: the application's API key, for the calls that need it
    """

    def __init__(self, base_url: str, api_key: Optional[str] = None) -> None:
        self._handle = Handle(
            V2, "lid_v2_new", text(base_url, "base_url"), text(api_key, "api_key")
        )

    @classmethod
    def with_config(cls: Type[Self], base_url: str, **fields: Any) -> Self:
        """Makes a client with settings.

        The fields are those of ``lid_v2_new_with_config``, for example ``api_key="…"``,
        ``request_timeout_ms=5000`` or ``application_id="…"``.
        """
        text(base_url, "base_url")
        settings = text(config({"base_url": base_url, **fields}), "config")
        client = cls.__new__(cls)
        client._handle = Handle(V2, "lid_v2_new_with_config", settings)
        return client

    @classmethod
    def from_env(cls: Type[Self]) -> Self:
        """Makes a client from the ``LOGINID_V2_…`` environment variables, and the
        ``LOGINID_…`` ones that both services have."""
        client = cls.__new__(cls)
        client._handle = Handle(V2, "lid_v2_new_from_env")
        return client
