"""The client of the current service for asyncio: making one."""

from typing import Any, Optional, Type, TypeVar

from ... import v2
from ._calls import Calls

Self = TypeVar("Self", bound="Client")


class Client(Calls):
    """``libloginid.v2.Client`` for asyncio; it is made with the same arguments."""

    _class = v2.Client

    def __init__(self, base_url: str, api_key: Optional[str] = None) -> None:
        self._blocking = v2.Client(base_url, api_key)

    @classmethod
    def with_config(cls: Type[Self], base_url: str, **fields: Any) -> Self:
        """Makes a client with settings, as ``libloginid.v2.Client.with_config``."""
        return cls._of(v2.Client.with_config(base_url, **fields))
