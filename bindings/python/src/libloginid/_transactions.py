"""Service tokens, the service's own tokens, and transactions."""

from typing import Optional

from ._application_calls import ApplicationCalls
from ._arguments import Id, given
from .core import LoginIDError
from .results import Token

_ANOTHER_TRANSACTION = {
    "transaction_hash_missing",
    "transaction_hash_mismatch",
    "nonce_mismatch",
}


class Tokens(ApplicationCalls):
    """Tokens made here, and tokens issued by the service."""

    def generate_service_token(
        self,
        scope: str,
        username: Optional[str] = None,
        user_id: Optional[Id] = None,
        algo: Optional[str] = None,
        nonce: Optional[str] = None,
    ) -> str:
        """Makes a service token; ``""`` for a client without a private key.

        The token is secret: keep it out of logs.
        """
        self._check_algorithm(algo)
        try:
            made: Token = self._compute(
                "lid_generate_service_token",
                scope=scope,
                username=username,
                user_id=user_id,
                nonce=given(nonce),
            )
        except LoginIDError as error:
            if error.error_code == "private_key_required":
                return ""
            raise
        return made["token"]

    def verify_token(self, token: str, username: Optional[str] = None) -> bool:
        """Verifies a token that the service issued.

        ``True`` for a good one, ``False`` if it is another user's. Any other
        error raises a ``LoginIDError``.
        """
        # No token belongs to a user without a name.
        nameless = username is not None and given(username) is None
        try:
            self.verify_and_decode_token(token, None if nameless else username)
        except LoginIDError as error:
            if error.error_code == "username_mismatch":
                return False
            raise
        return not nameless


class Transactions(ApplicationCalls):
    """Transactions that a user confirms."""

    def generate_tx_auth_token(
        self,
        tx_payload: str,
        nonce: Optional[str] = None,
        algo: Optional[str] = None,
        username: Optional[str] = None,
    ) -> str:
        """Makes a token that allows creating one transaction with this payload.

        The token is secret: keep it out of logs.
        """
        self._check_algorithm(algo)
        made: Token = self._compute(
            "lid_generate_tx_auth_token",
            tx_payload=tx_payload,
            username=username,
            nonce=given(nonce),
        )
        return made["token"]

    def create_tx(
        self, tx_payload: str, nonce: Optional[str] = None, username: Optional[str] = None
    ) -> str:
        """Creates a transaction; returns its id."""
        return self.create_transaction(tx_payload, username, nonce)["id"]

    def verify_transaction(
        self, tx_token: str, tx_payload: str, nonce: Optional[str] = None
    ) -> bool:
        """Verifies the token of a confirmed transaction.

        ``False`` if it confirms another payload or none or, when one is given,
        has another nonce. Any other error raises a ``LoginIDError``.
        """
        try:
            self.verify_and_decode_transaction(tx_token, tx_payload, nonce)
        except LoginIDError as error:
            if error.error_code in _ANOTHER_TRANSACTION:
                return False
            raise
        return True
