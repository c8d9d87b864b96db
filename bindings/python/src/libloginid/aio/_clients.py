"""The drop-in clients for asyncio."""

from typing import Any, Optional, Type, TypeVar

from .. import loginid, management
from ._application_calls import ApplicationCalls
from ._client import awaited
from ._management_calls import ManagementCalls

Self = TypeVar("Self", bound="LoginID")


class LoginID(ApplicationCalls):
    """``libloginid.LoginID`` for asyncio; it is made with the same arguments."""

    _class: Type[loginid.LoginID] = loginid.LoginID
    _blocking: loginid.LoginID

    def __init__(
        self,
        client_id: str,
        private_key: Optional[str] = None,
        base_url: Optional[str] = None,
    ) -> None:
        self._blocking = loginid.LoginID(client_id, private_key, base_url)

    @classmethod
    def with_config(cls: Type[Self], client_id: str, **fields: Any) -> Self:
        """Makes a client with settings, as ``libloginid.LoginID.with_config``."""
        return cls._of(cls._class.with_config(client_id, **fields))

    def client_id(self) -> str:
        """The client id."""
        return self._blocking.client_id()

    generate_service_token = awaited(loginid.LoginID.generate_service_token)
    verify_token = awaited(loginid.LoginID.verify_token)
    generate_tx_auth_token = awaited(loginid.LoginID.generate_tx_auth_token)
    create_tx = awaited(loginid.LoginID.create_tx)
    verify_transaction = awaited(loginid.LoginID.verify_transaction)
    authenticate_code_wait = awaited(loginid.LoginID.authenticate_code_wait)


class LoginIdManagement(ManagementCalls, LoginID):
    """``libloginid.LoginIdManagement`` for asyncio; it is made with the same arguments."""

    _class = management.LoginIdManagement

    def __init__(
        self, client_id: str, private_key: str, base_url: Optional[str] = None
    ) -> None:
        self._blocking = management.LoginIdManagement(client_id, private_key, base_url)
