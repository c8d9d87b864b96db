"""Each operation, called in the same way through the Python SDK and through libloginid."""

import json
from dataclasses import dataclass
from typing import Callable

CLIENT_ID = "a-client-id"
USER = "ada@example.com"
USER_ID = "7b0a3d43-0f2e-4b65-9f0c-3c2f8a4f9f11"
CREDENTIAL = "0f4a7c62-52a1-4d0f-8ad9-6a1c54e0f1d2"
PAYLOAD = "Pay 10.00 € to Grace"
NONCE = "a nonce of the caller"
PURPOSE = "temporary_authentication"
KEY_PEM = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"
ATTESTATION = {
    "credential_uuid": CREDENTIAL,
    "credential_id": "Y3JlZA",
    "challenge": "Y2hhbGxlbmdl",
    "client_data": "e30",
    "attestation_data": "oA",
}
ASSERTION = {
    "challenge": "Y2hhbGxlbmdl",
    "credential_id": "Y3JlZA",
    "client_data": "e30",
    "authenticator_data": "AA",
    "signature": "AA",
}
ATTESTATION_JSON = json.dumps(ATTESTATION)
ASSERTION_JSON = json.dumps(ASSERTION)
OPTIONS_JSON = '{"display_name":"Ada","roaming_authenticator":true}'


@dataclass(frozen=True)
class Operation:
    """`name` is the C function's, without `lid_`."""

    name: str
    variant: str
    python: Callable
    ours: Callable
    keyless: bool = False

    def __str__(self):
        return f"{self.name} {self.variant}".strip()


OPERATIONS = []


def row(name, python, ours, variant="", keyless=False):
    OPERATIONS.append(Operation(name, variant, python, ours, keyless))


def row_of_user(name, python, ours):
    """A call about a user, who is identified by id, by name or by both."""
    for variant, who in [
        ("by id", (USER_ID, None)),
        ("by name", (None, USER)),
        ("by both", (USER_ID, USER)),
    ]:
        row(
            name,
            lambda sdk, who=who: python(sdk, *who),
            lambda lid, who=who: ours(lid, *who),
            variant,
        )


# Transactions
row("create_tx", lambda sdk: sdk.create_tx(PAYLOAD), lambda lid: lid.create_tx(PAYLOAD, None, None))
row(
    "create_tx",
    lambda sdk: sdk.create_tx(PAYLOAD, nonce=NONCE),
    lambda lid: lid.create_tx(PAYLOAD, None, NONCE),
    "with a nonce",
)

# Registration
row(
    "register_fido2_init",
    lambda sdk: sdk.register_fido2_init(USER),
    lambda lid: lid.register_fido2_init(USER, None),
)
row(
    "register_fido2_init",
    lambda sdk: sdk.register_fido2_init(USER, "Ada", True),
    lambda lid: lid.register_fido2_init(USER, OPTIONS_JSON),
    "with options",
)
row(
    "register_fido2_complete",
    lambda sdk: sdk.register_fido2_complete(USER, ATTESTATION),
    lambda lid: lid.register_fido2_complete(USER, ATTESTATION_JSON, None),
)
row(
    "register_fido2_complete",
    lambda sdk: sdk.register_fido2_complete(USER, ATTESTATION, "Phone"),
    lambda lid: lid.register_fido2_complete(USER, ATTESTATION_JSON, "Phone"),
    "with a name",
)
row(
    "register_password",
    lambda sdk: sdk.register_password(USER, "a password"),
    lambda lid: lid.register_password(USER, "a password"),
)

# Authentication
for keyless in (False, True):
    row(
        "authenticate_password",
        lambda sdk: sdk.authenticate_password(USER, "a password"),
        lambda lid: lid.authenticate_password(USER, "a password"),
        "without a key" if keyless else "",
        keyless,
    )
row(
    "authenticate_fido2_init",
    lambda sdk: sdk.authenticate_fido2_init(USER),
    lambda lid: lid.authenticate_fido2_init(USER),
)
row(
    "authenticate_fido2_complete",
    lambda sdk: sdk.authenticate_fido2_complete(USER, ASSERTION),
    lambda lid: lid.authenticate_fido2_complete(USER, ASSERTION_JSON),
)
row(
    "wait_code",
    lambda sdk: sdk.authenticate_code_wait(USER, "123456", "short"),
    lambda lid: lid.wait_code(USER, "123456", "short", 0, None),
)
row(
    "authenticate_doc_scan_init",
    lambda sdk: sdk.authenticate_doc_scan_init(USER),
    lambda lid: lid.authenticate_doc_scan_init(USER, None),
)
row(
    "authenticate_doc_scan_init",
    lambda sdk: sdk.authenticate_doc_scan_init(USER, CREDENTIAL),
    lambda lid: lid.authenticate_doc_scan_init(USER, CREDENTIAL),
    "with a credential",
)
row(
    "authenticate_doc_scan_complete",
    lambda sdk: sdk.authenticate_doc_scan_complete(USER, CREDENTIAL),
    lambda lid: lid.authenticate_doc_scan_complete(USER, CREDENTIAL),
)
row(
    "authenticate_publickey_init",
    lambda sdk: sdk.authenticate_publickey_init(USER, KEY_PEM),
    lambda lid: lid.authenticate_publickey_init(USER, KEY_PEM, None),
)
row(
    "authenticate_publickey_complete",
    lambda sdk: sdk.authenticate_publickey_complete(USER, "a-challenge-id", "an.assertion.jwt"),
    lambda lid: lid.authenticate_publickey_complete(USER, "a-challenge-id", "an.assertion.jwt"),
)

# Credentials
row(
    "init_add_fido2_credential_with_code",
    lambda sdk: sdk.init_add_fido2_credential_with_code("123456", "short", USER),
    lambda lid: lid.init_add_fido2_credential_with_code("123456", "short", USER, None),
)
row(
    "init_add_fido2_credential_with_code",
    lambda sdk: sdk.init_add_fido2_credential_with_code("123456", "short", USER, "Ada", True),
    lambda lid: lid.init_add_fido2_credential_with_code("123456", "short", USER, OPTIONS_JSON),
    "with options",
)
row(
    "complete_add_fido2_credential",
    lambda sdk: sdk.complete_add_fido2_credential(ATTESTATION, USER, "Phone"),
    lambda lid: lid.complete_add_fido2_credential(ATTESTATION_JSON, USER, "Phone"),
)
# The Python SDK takes only the id here.
row(
    "force_fido2_credential_init",
    lambda sdk: sdk.force_fido2_credential_init(USER_ID),
    lambda lid: lid.force_fido2_credential_init(USER_ID, None, None),
)
row(
    "force_fido2_credential_init",
    lambda sdk: sdk.force_fido2_credential_init(USER_ID, "Ada", True),
    lambda lid: lid.force_fido2_credential_init(USER_ID, None, OPTIONS_JSON),
    "with options",
)
row_of_user(
    "get_credentials",
    lambda sdk, user_id, username: sdk.get_credentials("active", user_id, username),
    lambda lid, user_id, username: lid.get_credentials("active", user_id, username),
)
row(
    "get_credentials",
    lambda sdk: sdk.get_credentials(user_id=USER_ID),
    lambda lid: lid.get_credentials(None, USER_ID, None),
    "of any status",
)
row_of_user(
    "rename_credential",
    lambda sdk, user_id, username: sdk.rename_credential(CREDENTIAL, "Phone", user_id, username),
    lambda lid, user_id, username: lid.rename_credential(CREDENTIAL, "Phone", user_id, username),
)
row_of_user(
    "revoke_credential",
    lambda sdk, user_id, username: sdk.revoke_credential(CREDENTIAL, user_id, username),
    lambda lid, user_id, username: lid.revoke_credential(CREDENTIAL, user_id, username),
)
row_of_user(
    "add_doc_scan_credential_init",
    lambda sdk, user_id, username: sdk.add_doc_scan_credential_init(user_id, username, "Passport"),
    lambda lid, user_id, username: lid.add_doc_scan_credential_init(user_id, username, "Passport"),
)
for activate in (True, False):
    row(
        "add_doc_scan_credential_complete",
        lambda sdk, activate=activate: sdk.add_doc_scan_credential_complete(
            CREDENTIAL, activate, username=USER
        ),
        lambda lid, activate=activate: lid.add_doc_scan_credential_complete(
            CREDENTIAL, activate, None, USER
        ),
        "to activate" if activate else "to discard",
    )
row_of_user(
    "evaluate_doc_scan_credential",
    lambda sdk, user_id, username: sdk.evaluate_doc_scan_credential(CREDENTIAL, user_id, username),
    lambda lid, user_id, username: lid.evaluate_doc_scan_credential(CREDENTIAL, user_id, username),
)
row_of_user(
    "generate_recovery_code",
    lambda sdk, user_id, username: sdk.generate_recovery_code(user_id, username),
    lambda lid, user_id, username: lid.generate_recovery_code(user_id, username),
)
row_of_user(
    "add_publickey_credential",
    lambda sdk, user_id, username: sdk.add_publickey_credential(
        KEY_PEM, user_id=user_id, username=username, credential_name="Server"
    ),
    lambda lid, user_id, username: lid.add_publickey_credential(
        KEY_PEM, None, user_id, username, "Server"
    ),
)

# Codes
for code_type in ("short", "long", "phrase"):
    row(
        "generate_code",
        lambda sdk, code_type=code_type: sdk.generate_code(
            code_type, PURPOSE, False, username=USER
        ),
        lambda lid, code_type=code_type: lid.generate_code(code_type, PURPOSE, False, None, USER),
        code_type,
    )
row_of_user(
    "generate_code",
    lambda sdk, user_id, username: sdk.generate_code("short", PURPOSE, True, user_id, username),
    lambda lid, user_id, username: lid.generate_code("short", PURPOSE, True, user_id, username),
)
row_of_user(
    "authorize_code",
    lambda sdk, user_id, username: sdk.authorize_code("1234", "short", PURPOSE, user_id, username),
    lambda lid, user_id, username: lid.authorize_code("1234", "short", PURPOSE, user_id, username),
)
row_of_user(
    "invalidate_all_codes",
    lambda sdk, user_id, username: sdk.invalidate_all_codes("short", PURPOSE, user_id, username),
    lambda lid, user_id, username: lid.invalidate_all_codes("short", PURPOSE, user_id, username),
)

# Users
row("get_user", lambda sdk: sdk.get_user(USER), lambda lid: lid.get_user(USER))
row(
    "add_user_without_credentials",
    lambda sdk: sdk.add_user_without_credentials(USER),
    lambda lid: lid.add_user_without_credentials(USER),
)
row(
    "activate_user_by_id",
    lambda sdk: sdk.activate_user_by_id(USER_ID),
    lambda lid: lid.activate_user_by_id(USER_ID),
)
row(
    "deactivate_user_by_id",
    lambda sdk: sdk.deactivate_user_by_id(USER_ID),
    lambda lid: lid.deactivate_user_by_id(USER_ID),
)
row(
    "delete_by_user_id",
    lambda sdk: sdk.delete_by_user_id(USER_ID),
    lambda lid: lid.delete_by_user_id(USER_ID),
)
row(
    "delete_by_user_id",
    lambda sdk: sdk.delete_by_user_id(USER_ID + "/activate"),
    lambda lid: lid.delete_by_user_id(USER_ID + "/activate"),
    "with a slash",
)
row(
    "delete_by_username",
    lambda sdk: sdk.delete_by_username(USER),
    lambda lid: lid.delete_by_username(USER),
)
