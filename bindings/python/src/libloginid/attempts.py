"""The log events of the HTTP attempts."""

from typing import Optional, TypedDict


class Attempt(TypedDict):
    """The event of an HTTP attempt, which the function of ``on_attempt`` receives.

    ``status`` and ``code`` are those of the attempt's error, and ``None`` if it succeeded.
    """

    event: str
    operation: str
    method: str
    path: str
    attempt: int
    request_id: str
    http_status: Optional[int]
    status: Optional[str]
    code: Optional[str]
    duration_us: int
    retry_in_ms: Optional[int]
