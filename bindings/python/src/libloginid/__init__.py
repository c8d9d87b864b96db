"""The LoginID server SDK, over the C library libloginid.

``LoginID`` and ``LoginIdManagement`` have the names, arguments, defaults and
results of the official ``loginid`` package, and additional calls.
"""

from . import errors, v2
from ._cancel import Cancel
from ._native import status_name, version as library_version
from ._version import __version__ as __version__
from .attempts import Attempt
from .constants import (
    CodeType,
    CodeTypeLiteral,
    CredentialStatus,
    CredentialStatusLiteral,
    ErrorCode,
    Purpose,
    PurposeLiteral,
)
from .core import LoginIDError
from .loginid import LoginID
from .management import LoginIdManagement
from .tools import KeyPair, generate_key_pair, json_get

__all__ = [
    "Attempt",
    "Cancel",
    "CodeType",
    "CodeTypeLiteral",
    "CredentialStatus",
    "CredentialStatusLiteral",
    "ErrorCode",
    "KeyPair",
    "LoginID",
    "LoginIDError",
    "LoginIdManagement",
    "Purpose",
    "PurposeLiteral",
    "errors",
    "generate_key_pair",
    "json_get",
    "library_version",
    "status_name",
    "v2",
]
