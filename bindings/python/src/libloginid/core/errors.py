"""The exception of every call."""

import json as _json
from typing import Any, Optional, Tuple

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


class LoginIDError(Exception):
    """An error of the service or of the library.

    ``status_code``, ``error_code`` and ``message`` are those of the official
    package. The others are:

    - ``status``: the kind of error, for example ``"LID_ERROR_API"``
    - ``http_status``: that of the service's answer, or ``None``
    - ``operation``: the call, for example ``"get_user"``
    - ``request_id``: for the service's support
    - ``retryable``: whether the call can be repeated safely
    - ``retry_after``: the seconds the service asked to wait, or ``None``
    - ``json``: the error object of the C library
    """

    def __init__(
        self,
        status_code: int,
        error_code: str,
        message: str,
        *,
        status: str = "LID_ERROR_INVALID_ARGUMENT",
    ) -> None:
        self.status_code = status_code
        self.error_code = error_code
        self.message = message
        self.status = status
        self.http_status: Optional[int] = None
        self.operation: Optional[str] = None
        self.request_id: Optional[str] = None
        self.retryable = False
        self.retry_after: Optional[float] = None
        self.json: Optional[str] = None
        super().__init__(message)

    @classmethod
    def from_json(cls, text: str) -> "LoginIDError":
        """Reads the error object of the C library."""
        fields = _json.loads(text)["error"]
        http_status = fields["http_status"]
        status_code = http_status
        # The answer's status may be fine while its content is not.
        if http_status is None or http_status < 400:
            status_code = _STATUS_CODES.get(fields["status"], 500)
        error = cls(status_code, fields["code"], fields["message"], status=fields["status"])
        error.http_status = http_status
        error.operation = fields["operation"]
        error.request_id = fields["request_id"]
        error.retryable = fields["retryable"]
        if fields["retry_after_ms"] is not None:
            error.retry_after = fields["retry_after_ms"] / 1000
        error.json = text
        return error

    def __str__(self) -> str:
        return (
            f"HTTP status code: {self.status_code}, error code: {self.error_code}, "
            f"error message: {self.message}"
        )

    def __reduce__(self) -> Tuple[Any, ...]:
        # Exceptions are rebuilt from `args`, which has only the message.
        arguments = (self.status_code, self.error_code, self.message)
        return (type(self), arguments, self.__dict__.copy())
