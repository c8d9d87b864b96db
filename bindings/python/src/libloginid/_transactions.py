"""Service tokens, the service's own tokens, and transactions."""

from typing import Any, Dict, Optional

from ._arguments import Browser, Id, given, payload
from ._client import Client
from .core import LoginIDError

_ANOTHER_TRANSACTION = {
    "transaction_hash_missing",
    "transaction_hash_mismatch",
    "nonce_mismatch",
}


class Tokens(Client):
    """Tokens made here, and tokens issued by the service."""

    def generate_service_token(
        self,
        scope: str,
        username: Optional[str] = None,
        user_id: Optional[Id] = None,
        algo: Optional[str] = None,
        nonce: Optional[str] = None,
    ) -> str:
        """Makes a service token; ``""`` for a client without a private key."""
        self._check_algorithm(algo)
        try:
            made = self._compute(
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
        return str(made["token"])

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

    def verify_and_decode_token(
        self, token: str, username: Optional[str] = None
    ) -> Dict[str, Any]:
        """Verifies a token; returns ``{"valid": True, "header": {}, "claims": {}}``."""
        return self._call("lid_verify_token", token=token, username=username)


class Transactions(Client):
    """Transactions that a user confirms."""

    def generate_tx_auth_token(
        self,
        tx_payload: str,
        nonce: Optional[str] = None,
        algo: Optional[str] = None,
        username: Optional[str] = None,
    ) -> str:
        """Makes a token that allows creating one transaction with this payload."""
        self._check_algorithm(algo)
        made = self._compute(
            "lid_generate_tx_auth_token",
            tx_payload=tx_payload,
            username=username,
            nonce=given(nonce),
        )
        return str(made["token"])

    def create_tx(
        self, tx_payload: str, nonce: Optional[str] = None, username: Optional[str] = None
    ) -> str:
        """Creates a transaction; returns its id."""
        return str(self.create_transaction(tx_payload, username, nonce)["id"])

    def create_transaction(
        self, tx_payload: str, username: Optional[str] = None, nonce: Optional[str] = None
    ) -> Dict[str, Any]:
        """Creates a transaction; returns ``{"id", "url", "nonce"}``, the nonce being the one sent."""
        return self._call(
            "lid_create_tx", tx_payload=tx_payload, username=username, nonce=given(nonce)
        )

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

    def verify_and_decode_transaction(
        self, tx_token: str, tx_payload: str, nonce: Optional[str] = None
    ) -> Dict[str, Any]:
        """Verifies as above; returns ``{"valid": True, "header": {}, "claims": {}}``."""
        return self._call(
            "lid_verify_transaction", tx_token=tx_token, tx_payload=tx_payload, nonce=nonce
        )

    def init_tx(
        self,
        username: str,
        tx_id: Optional[Id] = None,
        tx_payload: Optional[str] = None,
        nonce: Optional[str] = None,
    ) -> Dict[str, Any]:
        """Begins confirming the transaction ``tx_id``, or a new one with ``tx_payload``."""
        return self._call(
            "lid_init_tx", username=username, tx_id=tx_id, tx_payload=tx_payload, nonce=nonce
        )

    def complete_tx(self, tx_id: Id, username: str, assertion_payload: Browser) -> Dict[str, Any]:
        """Completes a confirmation; returns ``{"jwt"}``, verified."""
        return self._call(
            "lid_complete_tx",
            tx_id=tx_id,
            username=username,
            assertion_payload=payload(assertion_payload, "assertion_payload"),
        )
