"""The client of LoginID's current service for asyncio."""

from ._client import Client

__all__ = ["Client"]
