"""The class of each status: ``except errors.RateLimitedError``.

They are subclasses of ``LoginIDError`` and have the same stems in every language.
"""

from .core.errors import (
    ApiError,
    CancelledError,
    ClaimMismatchError,
    ConfigError,
    InternalError,
    InvalidArgumentError,
    LoginIDError,
    NetworkError,
    PrivateKeyError,
    RateLimitedError,
    ResponseError,
    TimeoutError,
    TlsError,
    TokenExpiredError,
    TokenInvalidError,
)

__all__ = [
    "ApiError",
    "CancelledError",
    "ClaimMismatchError",
    "ConfigError",
    "InternalError",
    "InvalidArgumentError",
    "LoginIDError",
    "NetworkError",
    "PrivateKeyError",
    "RateLimitedError",
    "ResponseError",
    "TimeoutError",
    "TlsError",
    "TokenExpiredError",
    "TokenInvalidError",
]
