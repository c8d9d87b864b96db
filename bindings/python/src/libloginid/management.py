"""The client of a management application."""

from typing import Optional

from ._arguments import given
from ._management_calls import ManagementCalls
from .core.errors import InvalidArgumentError
from .loginid import LoginID


class LoginIdManagement(ManagementCalls, LoginID):
    """A management application's calls, which need a private key.

    A user is identified by ``user_id``, by ``username`` or by both.

    Args:
        client_id: as the dashboard shows it
        private_key: the API credential's PEM
        base_url: the service's URL; by default the public one
    """

    _constructor = "lid_new_management"

    def __init__(
        self, client_id: str, private_key: str, base_url: Optional[str] = None
    ) -> None:
        if given(private_key) is None:
            raise InvalidArgumentError(400, "BAD_REQUEST", "Private key is required")
        super().__init__(client_id, private_key, base_url)
