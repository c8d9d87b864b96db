"""The client of LoginID's current service, with API keys.

``libloginid.errors``, ``libloginid.Cancel`` and the log functions are those of both services.
"""

from . import results
from ._client import Client
from .constants import (
    Action,
    ActionLiteral,
    Scope,
    ScopeLiteral,
    UsernameType,
    UsernameTypeLiteral,
)

__all__ = [
    "Action",
    "ActionLiteral",
    "Client",
    "Scope",
    "ScopeLiteral",
    "UsernameType",
    "UsernameTypeLiteral",
    "results",
]
