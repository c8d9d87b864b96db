"""The client of a management application."""

from typing import Any, Dict, Optional

from ._arguments import Id, fido2_options, flag, given
from .core import LoginIDError
from .loginid import LoginID


class LoginIdManagement(LoginID):
    """A management application's calls, which need a private key.

    A user is identified by ``user_id``, by ``username`` or by both.

    Args:
        client_id: as the dashboard shows it
        private_key: the API credential's PEM
        base_url: the service's URL; by default the public one
    """

    _constructor = "lid_new_management"

    def __init__(self, client_id: str, private_key: str, base_url: Optional[str] = None) -> None:
        if given(private_key) is None:
            raise LoginIDError(400, "BAD_REQUEST", "Private key is required")
        super().__init__(client_id, private_key, base_url)

    # Users

    def get_user(self, username: str) -> Dict[str, Any]:
        """Reads a user's profile."""
        return self._call("lid_get_user", username=username)

    def add_user_without_credentials(self, username: str) -> Dict[str, Any]:
        """Adds a user who has no credential yet; returns the profile."""
        return self._call("lid_add_user_without_credentials", username=username)

    def activate_user_by_id(self, user_id: Id) -> Dict[str, Any]:
        """Lets a deactivated user log in again; returns the profile."""
        return self._call("lid_activate_user_by_id", user_id=user_id)

    def deactivate_user_by_id(self, user_id: Id) -> Dict[str, Any]:
        """Prevents a user from logging in; returns the profile."""
        return self._call("lid_deactivate_user_by_id", user_id=user_id)

    def delete_by_username(self, username: str) -> str:
        """Deletes a user and all credentials; returns a message."""
        self._call("lid_delete_by_username", username=username)
        return f"User {username} deleted"

    def delete_by_user_id(self, user_id: Id) -> str:
        """Deletes a user and all credentials; returns a message."""
        self._call("lid_delete_by_user_id", user_id=user_id)
        return f"user with id {user_id} deleted"

    def send_email_verification(self, user_id: Id) -> None:
        """Makes the service send the user a mail to verify the address."""
        self._call("lid_send_email_verification", user_id=user_id)

    # Codes

    def generate_code(
        self,
        code_type: str,
        code_purpose: str,
        isAuthorized: bool,
        user_id: Optional[Id] = None,
        username: Optional[str] = None,
    ) -> Dict[str, Any]:
        """Makes a code; returns ``{"code", "expires_at", "is_authorized"}``."""
        self.validate_code_type(code_type)
        return self._call(
            "lid_generate_code",
            code_type=code_type,
            code_purpose=code_purpose,
            isAuthorized=flag(isAuthorized, "isAuthorized"),
            **_who(user_id, username),
        )

    def authorize_code(
        self,
        code: str,
        code_type: str,
        code_purpose: str,
        user_id: Optional[Id] = None,
        username: Optional[str] = None,
    ) -> Dict[str, Any]:
        """Allows a code to be used; returns ``{"expires_at", "is_authorized"}``."""
        self.validate_code_type(code_type)
        return self._call(
            "lid_authorize_code",
            code=code,
            code_type=code_type,
            code_purpose=code_purpose,
            **_who(user_id, username),
        )

    def invalidate_all_codes(
        self,
        code_type: str,
        code_purpose: str,
        user_id: Optional[Id] = None,
        username: Optional[str] = None,
    ) -> Dict[str, Any]:
        """Invalidates a user's codes of a type and purpose; returns ``{"deleted_at"}``."""
        self.validate_code_type(code_type)
        return self._call(
            "lid_invalidate_all_codes",
            code_type=code_type,
            code_purpose=code_purpose,
            **_who(user_id, username),
        )

    # Credentials

    def get_credentials(
        self,
        status: Optional[str] = None,
        user_id: Optional[Id] = None,
        username: Optional[str] = None,
    ) -> Dict[str, Any]:
        """Lists a user's credentials, of one status or all."""
        return self._call(
            "lid_get_credentials", status=given(status), **_who(user_id, username)
        )

    def rename_credential(
        self,
        cred_id: Id,
        updated_name: str,
        user_id: Optional[Id] = None,
        username: Optional[str] = None,
    ) -> Dict[str, Any]:
        """Changes the name of a credential."""
        return self._call(
            "lid_rename_credential",
            cred_id=cred_id,
            updated_name=updated_name,
            **_who(user_id, username),
        )

    def revoke_credential(
        self, cred_id: Id, user_id: Optional[Id] = None, username: Optional[str] = None
    ) -> Dict[str, Any]:
        """Revokes a credential permanently."""
        return self._call("lid_revoke_credential", cred_id=cred_id, **_who(user_id, username))

    def force_fido2_credential_init(
        self,
        user_id: Optional[Id],
        display_name: Optional[str] = None,
        roaming_authenticator: bool = False,
        *,
        username: Optional[str] = None,
        override_name: Optional[str] = None,
    ) -> Dict[str, Any]:
        """Begins adding a FIDO2 credential without the user's code."""
        options = fido2_options(
            {"display_name": display_name, "override_name": override_name},
            {"roaming_authenticator": roaming_authenticator},
        )
        return self._call(
            "lid_force_fido2_credential_init", **_who(user_id, username), options=options
        )

    def add_doc_scan_credential_init(
        self,
        user_id: Optional[Id] = None,
        username: Optional[str] = None,
        credential_name: Optional[str] = None,
    ) -> Dict[str, Any]:
        """Begins adding a document scan; returns ``{"credential_uuid", "iframe_url"}``."""
        return self._call(
            "lid_add_doc_scan_credential_init",
            **_who(user_id, username),
            credential_name=given(credential_name),
        )

    def add_doc_scan_credential_complete(
        self,
        credential_id: Id,
        activate_credential: bool,
        user_id: Optional[Id] = None,
        username: Optional[str] = None,
    ) -> Dict[str, Any]:
        """Completes adding a document scan."""
        return self._call(
            "lid_add_doc_scan_credential_complete",
            credential_id=credential_id,
            activate_credential=flag(activate_credential, "activate_credential"),
            **_who(user_id, username),
        )

    def evaluate_doc_scan_credential(
        self, credential_id: Id, user_id: Optional[Id] = None, username: Optional[str] = None
    ) -> Dict[str, Any]:
        """Returns the URL of the result of a document scan."""
        return self._call(
            "lid_evaluate_doc_scan_credential",
            credential_id=credential_id,
            **_who(user_id, username),
        )

    def generate_recovery_code(
        self, user_id: Optional[Id] = None, username: Optional[str] = None
    ) -> Dict[str, Any]:
        """Makes a recovery code; returns ``{"code", "created_at"}``."""
        return self._call("lid_generate_recovery_code", **_who(user_id, username))

    def add_publickey_credential(
        self,
        publickey: str,
        publickey_alg: Optional[str] = "ES256",
        user_id: Optional[Id] = None,
        username: Optional[str] = None,
        credential_name: Optional[str] = None,
    ) -> Dict[str, Any]:
        """Adds a public key as a credential."""
        return self._call(
            "lid_add_publickey_credential",
            publickey=publickey,
            publickey_alg=publickey_alg,
            **_who(user_id, username),
            credential_name=given(credential_name),
        )


def _who(user_id: Optional[Id], username: Optional[str]) -> Dict[str, Any]:
    """The user; an empty text means "not given", as in the official package."""
    user = {"user_id": given(user_id), "username": given(username)}
    if user["user_id"] is None and user["username"] is None:
        raise LoginIDError(
            400, "bad_request", "either `user_id` or `username` must be present"
        )
    return user
