"""The exceptions of the calls."""

import json as _json
from typing import Any, Dict, Optional, Tuple, Type

# The status that a web framework would use for errors without an error status of the
# service: status_code is always set, as in the official package.
_STATUS_CODES = {
    "LID_ERROR_INVALID_ARGUMENT": 400,
    "LID_ERROR_CONFIG": 500,
    "LID_ERROR_PRIVATE_KEY": 500,
    "LID_ERROR_TOKEN_INVALID": 401,
    "LID_ERROR_TOKEN_EXPIRED": 401,
    "LID_ERROR_CLAIM_MISMATCH": 401,
    "LID_ERROR_RATE_LIMITED": 429,
    "LID_ERROR_NETWORK": 503,
    "LID_ERROR_TLS": 502,
    "LID_ERROR_TIMEOUT": 504,
    "LID_ERROR_CANCELLED": 499,
    "LID_ERROR_RESPONSE": 502,
}

# The members of the error object.
_MEMBERS = (
    "status",
    "code",
    "message",
    "operation",
    "http_status",
    "request_id",
    "retryable",
    "retry_after_ms",
)


class LoginIDError(Exception):
    """An error of the service or of the library.

    Each status of the C library has a class of its own below; a status that this package
    does not know is a plain ``LoginIDError``. ``status_code``, ``error_code`` and
    ``message`` are those of the official package. The others are:

    - ``status``: the kind of error, for example ``"LID_ERROR_API"``
    - ``status_number``: its number in C, or ``None`` if this package does not know it
    - ``code``: the same as ``error_code``
    - ``http_status``: that of the service's answer, or ``None``
    - ``operation``: the call, for example ``"get_user"``, or ``None``
    - ``request_id``: for the service's support, or ``None``
    - ``retryable``: whether the call can be repeated safely
    - ``retry_after``: the seconds the service asked to wait, or ``None``
    - ``retry_after_ms``: the same in milliseconds
    - ``json``: the error object as JSON text

    A test makes one for a fake client:
    ``ApiError(404, "not_found", "No such user", http_status=404)``.
    """

    def __init__(
        self,
        status_code: int,
        error_code: str,
        message: str,
        *,
        status: Optional[str] = None,
        http_status: Optional[int] = None,
    ) -> None:
        self.status_code = status_code
        self.error_code = error_code
        self.message = message
        self.status = _status_of(type(self)) if status is None else status
        self.status_number = _NUMBERS.get(self.status)
        self.http_status = http_status
        self.operation: Optional[str] = None
        self.request_id: Optional[str] = None
        self.retryable = False
        self.retry_after: Optional[float] = None
        self.retry_after_ms: Optional[int] = None
        self._text: Optional[str] = None
        super().__init__(message)

    @classmethod
    def from_json(cls, text: str, number: Optional[int] = None) -> "LoginIDError":
        """Reads the error object of the C library, with the status that the call returned."""
        fields = _json.loads(text)["error"]
        status = fields["status"]
        http_status = fields["http_status"]
        status_code = http_status
        # The answer's status may be fine while its content is not.
        if http_status is None or http_status < 400:
            status_code = _STATUS_CODES.get(status, 500)
        kind = CLASSES.get(status, cls)
        error = kind(
            status_code,
            fields["code"],
            fields["message"],
            status=status,
            http_status=http_status,
        )
        if number is not None:
            error.status_number = number
        error.operation = fields["operation"]
        error.request_id = fields["request_id"]
        error.retryable = fields["retryable"]
        error.retry_after_ms = fields["retry_after_ms"]
        if error.retry_after_ms is not None:
            error.retry_after = error.retry_after_ms / 1000
        error._text = text
        return error

    @property
    def code(self) -> str:
        """The service's code for its own errors, else one of the library's."""
        return self.error_code

    @property
    def token_refused(self) -> bool:
        """Whether a token did not pass verification: the user must log in again."""
        return isinstance(self, (TokenInvalidError, TokenExpiredError, ClaimMismatchError))

    @property
    def unavailable(self) -> bool:
        """Whether the service cannot be used at the moment: try again later.

        A rate limit, no connection, a deadline, a call that was cancelled, an answer that
        cannot be used, or an HTTP status of the service from 500.
        """
        failed = self.http_status is not None and self.http_status >= 500
        return failed or isinstance(self, _UNAVAILABLE)

    @property
    def json(self) -> str:
        """The error object as JSON text, in the form of the C library's."""
        if self._text is not None:
            return self._text
        return _json.dumps({"error": self._members()})

    def to_dict(self) -> Dict[str, Any]:
        """The members of the error object, with their names in JSON."""
        if self._text is None:
            return self._members()
        members: Dict[str, Any] = _json.loads(self._text)["error"]
        return members

    def _members(self) -> Dict[str, Any]:
        return {name: getattr(self, name) for name in _MEMBERS}

    def __str__(self) -> str:
        # The official package has no request id.
        request = "" if self.request_id is None else f", request id: {self.request_id}"
        return (
            f"HTTP status code: {self.status_code}, error code: {self.error_code}, "
            f"error message: {self.message}{request}"
        )

    def __reduce__(self) -> Tuple[Any, ...]:
        # Exceptions are rebuilt from `args`, which has only the message.
        arguments = (self.status_code, self.error_code, self.message)
        return (type(self), arguments, self.__dict__.copy())


class InvalidArgumentError(LoginIDError):
    """An argument is missing, empty, not UTF-8 or not of the required form."""


class ConfigError(LoginIDError):
    """The configuration has an unknown, mistyped or contradictory field."""


class PrivateKeyError(LoginIDError):
    """The private key cannot be used, or one is required and there is none."""


class TokenInvalidError(LoginIDError):
    """The token is malformed, or has a bad signature or an unknown key."""


class TokenExpiredError(LoginIDError):
    """The token is expired, not yet valid or too old."""


class ClaimMismatchError(LoginIDError):
    """The token is for another audience, user, nonce or transaction, or of another kind."""


class ApiError(LoginIDError):
    """The service refused the call; see ``code`` and ``http_status``."""


class RateLimitedError(LoginIDError):
    """Too many requests; see ``retry_after``.

    The service answered 429, or many tokens with unknown keys came in
    (``unknown_key_throttled``: the token is not judged).
    """


class NetworkError(LoginIDError):
    """The service could not be reached, or the connection broke."""


class TlsError(LoginIDError):
    """No trusted TLS connection could be made."""


class TimeoutError(LoginIDError):
    """The call's deadline passed."""


class CancelledError(LoginIDError):
    """``Cancel.trigger`` ended or refused the call."""


class ResponseError(LoginIDError):
    """The service's answer is not JSON, too large or lacks something."""


class InternalError(LoginIDError):
    """An internal error of the library. The client stays usable."""


# The class of each status.
CLASSES: Dict[str, Type[LoginIDError]] = {
    "LID_ERROR_INVALID_ARGUMENT": InvalidArgumentError,
    "LID_ERROR_CONFIG": ConfigError,
    "LID_ERROR_PRIVATE_KEY": PrivateKeyError,
    "LID_ERROR_TOKEN_INVALID": TokenInvalidError,
    "LID_ERROR_TOKEN_EXPIRED": TokenExpiredError,
    "LID_ERROR_CLAIM_MISMATCH": ClaimMismatchError,
    "LID_ERROR_API": ApiError,
    "LID_ERROR_RATE_LIMITED": RateLimitedError,
    "LID_ERROR_NETWORK": NetworkError,
    "LID_ERROR_TLS": TlsError,
    "LID_ERROR_TIMEOUT": TimeoutError,
    "LID_ERROR_CANCELLED": CancelledError,
    "LID_ERROR_RESPONSE": ResponseError,
    "LID_ERROR_INTERNAL": InternalError,
}

# The statuses are numbered from 1, in this order.
_NUMBERS = {status: number for number, status in enumerate(CLASSES, 1)}

_UNAVAILABLE = (
    RateLimitedError,
    NetworkError,
    TlsError,
    TimeoutError,
    CancelledError,
    ResponseError,
)


def _status_of(kind: Type[LoginIDError]) -> str:
    """The status of a class; of LoginIDError itself, the one of arguments."""
    named = (status for status, one in CLASSES.items() if one is kind)
    return next(named, "LID_ERROR_INVALID_ARGUMENT")
