"""The clients for asyncio: the same names, and every call is awaited.

``libloginid.aio.v2.Client`` is that of LoginID's current service.
"""

from . import v2
from ._client import unless_disconnected
from ._clients import LoginID, LoginIdManagement

__all__ = ["LoginID", "LoginIdManagement", "unless_disconnected", "v2"]
