"""The client of a web or native application."""

from typing import Any, Dict, Optional

from ._arguments import (
    Browser,
    Id,
    fido2_options,
    given,
    milliseconds,
    payload,
    wrong_type,
)
from ._cancel import Cancel
from ._transactions import Tokens, Transactions


class LoginID(Transactions, Tokens):
    """A web or native application's calls.

    Args:
        client_id: as the dashboard shows it
        private_key: the API credential's PEM, if the application has one
        base_url: the service's URL; by default the public one
    """

    # Registration

    def register_fido2_init(
        self,
        username: str,
        display_name: Optional[str] = None,
        roaming_authenticator: bool = False,
        *,
        override_name: Optional[str] = None,
        register_session: bool = False,
    ) -> Dict[str, Any]:
        """Begins a FIDO2 registration; ``{"attestation_payload"}`` is for the browser."""
        options = fido2_options(
            {"display_name": display_name, "override_name": override_name},
            {
                "roaming_authenticator": roaming_authenticator,
                "register_session": register_session,
            },
        )
        return self._call("lid_register_fido2_init", username=username, options=options)

    def register_fido2_complete(
        self, username: str, attestation_payload: Browser, credential_name: Optional[str] = None
    ) -> Dict[str, Any]:
        """Completes a FIDO2 registration with the browser's answer."""
        return self._call(
            "lid_register_fido2_complete",
            username=username,
            attestation_payload=payload(attestation_payload, "attestation_payload"),
            credential_name=given(credential_name),
        )

    def register_password(self, username: str, password: str) -> Dict[str, Any]:
        """Registers a user with a password."""
        return self._call("lid_register_password", username=username, password=password)

    # Authentication

    def authenticate_password(self, username: str, password: str) -> Dict[str, Any]:
        """Logs a user in with a password."""
        return self._call("lid_authenticate_password", username=username, password=password)

    def authenticate_fido2_init(self, username: str) -> Dict[str, Any]:
        """Begins a FIDO2 login; ``{"assertion_payload"}`` is for the browser."""
        return self._call("lid_authenticate_fido2_init", username=username)

    def authenticate_fido2_complete(
        self, username: str, assertion_payload: Browser
    ) -> Dict[str, Any]:
        """Completes a FIDO2 login with the browser's answer."""
        return self._call(
            "lid_authenticate_fido2_complete",
            username=username,
            assertion_payload=payload(assertion_payload, "assertion_payload"),
        )

    def authenticate_code_wait(
        self,
        username: str,
        code: str,
        code_type: str,
        timeout: Optional[float] = None,
        cancel: Optional[Cancel] = None,
    ) -> Dict[str, Any]:
        """Waits until a code is authorized, which logs the user in.

        ``timeout`` is in seconds, three minutes if not given. Another thread
        ends the wait with ``cancel.trigger()``; Ctrl-C ends it too.
        """
        self.validate_code_type(code_type)
        if cancel is None:
            cancel = Cancel()
        elif not isinstance(cancel, Cancel):
            raise wrong_type("cancel", "a Cancel", cancel)
        return self._wait(
            "lid_wait_code",
            cancel,
            username=username,
            code=code,
            code_type=code_type,
            timeout=milliseconds(timeout),
        )

    def authenticate_doc_scan_init(
        self, username: str, credential_id: Optional[Id] = None
    ) -> Dict[str, Any]:
        """Begins a login by document scan; returns ``{"credential_uuid", "iframe_url"}``."""
        return self._call(
            "lid_authenticate_doc_scan_init",
            username=username,
            credential_id=given(credential_id),
        )

    def authenticate_doc_scan_complete(self, username: str, credential_id: Id) -> Dict[str, Any]:
        """Completes a login by document scan."""
        return self._call(
            "lid_authenticate_doc_scan_complete", username=username, credential_id=credential_id
        )

    def authenticate_publickey_init(
        self, username: str, publickey: str, publickey_alg: Optional[str] = "ES256"
    ) -> Dict[str, Any]:
        """Begins a login with a public key; returns ``{"challenge_id", "server_nonce"}``."""
        return self._call(
            "lid_authenticate_publickey_init",
            username=username,
            publickey=publickey,
            publickey_alg=publickey_alg,
        )

    def authenticate_publickey_complete(
        self, username: str, challenge_id: Id, assertion: str
    ) -> Dict[str, Any]:
        """Completes a login with the JWT that the user's key signed."""
        return self._call(
            "lid_authenticate_publickey_complete",
            username=username,
            challenge_id=challenge_id,
            assertion=assertion,
        )

    # Credentials

    def init_add_fido2_credential_with_code(
        self,
        code: str,
        codeType: str,
        username: str,
        display_name: Optional[str] = None,
        roaming_authenticator: bool = False,
        *,
        override_name: Optional[str] = None,
    ) -> Dict[str, Any]:
        """Begins adding a FIDO2 credential with an authorized code."""
        options = fido2_options(
            {"display_name": display_name, "override_name": override_name},
            {"roaming_authenticator": roaming_authenticator},
        )
        return self._call(
            "lid_init_add_fido2_credential_with_code",
            code=code,
            codeType=codeType,
            username=username,
            options=options,
        )

    def complete_add_fido2_credential(
        self, attestation_payload: Browser, username: str, credential_name: Optional[str] = None
    ) -> Dict[str, Any]:
        """Completes adding a FIDO2 credential with the browser's answer."""
        return self._call(
            "lid_complete_add_fido2_credential",
            attestation_payload=payload(attestation_payload, "attestation_payload"),
            username=username,
            credential_name=given(credential_name),
        )
