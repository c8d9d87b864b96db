"""Each method sends the request that bindings/wire.json has for its function."""

import json
import unittest

from emulator import BASE_URL, CLIENT_ID, PRIVATE_KEY, ROOT, control, forget_requests, requests
from libloginid import LoginIDError, LoginIdManagement

CALLS = json.loads((ROOT / "bindings/wire.json").read_text())


def who(a):
    return {"user_id": a["user_id"], "username": a["username"]}


def options(a):
    return json.loads(a["options_json"])


def attestation(a):
    return json.loads(a["attestation_payload_json"])


def assertion(a):
    return json.loads(a["assertion_payload_json"])


# The method for each C function: the client and the arguments by their C names.
METHODS = {
    "lid_create_tx": lambda c, a: c.create_tx(a["tx_payload"], a["nonce"], a["username"]),
    "lid_init_tx": lambda c, a: c.init_tx(
        a["username"], a.get("tx_id"), a.get("tx_payload"), a["nonce"]
    ),
    "lid_complete_tx": lambda c, a: c.complete_tx(a["tx_id"], a["username"], assertion(a)),
    "lid_generate_code": lambda c, a: c.generate_code(
        a["code_type"], a["purpose"], a["authorize"], **who(a)
    ),
    "lid_authorize_code": lambda c, a: c.authorize_code(
        a["code"], a["code_type"], a["purpose"], **who(a)
    ),
    "lid_invalidate_all_codes": lambda c, a: c.invalidate_all_codes(
        a["code_type"], a["purpose"], **who(a)
    ),
    "lid_wait_code": lambda c, a: c.authenticate_code_wait(
        a["username"], a["code"], a["code_type"], timeout=a["timeout_ms"] / 1000
    ),
    "lid_get_credentials": lambda c, a: c.get_credentials(a["status"], **who(a)),
    "lid_rename_credential": lambda c, a: c.rename_credential(
        a["credential_id"], a["name"], **who(a)
    ),
    "lid_revoke_credential": lambda c, a: c.revoke_credential(a["credential_id"], **who(a)),
    "lid_force_fido2_credential_init": lambda c, a: c.force_fido2_credential_init(
        **who(a), **options(a)
    ),
    "lid_add_doc_scan_credential_init": lambda c, a: c.add_doc_scan_credential_init(
        **who(a), credential_name=a["credential_name"]
    ),
    "lid_add_doc_scan_credential_complete": lambda c, a: c.add_doc_scan_credential_complete(
        a["credential_id"], a["activate"], **who(a)
    ),
    "lid_evaluate_doc_scan_credential": lambda c, a: c.evaluate_doc_scan_credential(
        a["credential_id"], **who(a)
    ),
    "lid_generate_recovery_code": lambda c, a: c.generate_recovery_code(**who(a)),
    "lid_add_publickey_credential": lambda c, a: c.add_publickey_credential(
        a["publickey"], a["publickey_alg"], **who(a), credential_name=a["credential_name"]
    ),
    "lid_init_add_fido2_credential_with_code": (
        lambda c, a: c.init_add_fido2_credential_with_code(
            a["code"], a["code_type"], a["username"], **options(a)
        )
    ),
    "lid_complete_add_fido2_credential": lambda c, a: c.complete_add_fido2_credential(
        attestation(a), a["username"], a["credential_name"]
    ),
    "lid_get_user": lambda c, a: c.get_user(a["username"]),
    "lid_add_user_without_credentials": lambda c, a: c.add_user_without_credentials(
        a["username"]
    ),
    "lid_activate_user_by_id": lambda c, a: c.activate_user_by_id(a["user_id"]),
    "lid_deactivate_user_by_id": lambda c, a: c.deactivate_user_by_id(a["user_id"]),
    "lid_delete_by_user_id": lambda c, a: c.delete_by_user_id(a["user_id"]),
    "lid_delete_by_username": lambda c, a: c.delete_by_username(a["username"]),
    "lid_send_email_verification": lambda c, a: c.send_email_verification(a["user_id"]),
    "lid_register_fido2_init": lambda c, a: c.register_fido2_init(a["username"], **options(a)),
    "lid_register_fido2_complete": lambda c, a: c.register_fido2_complete(
        a["username"], attestation(a), a["credential_name"]
    ),
    "lid_register_password": lambda c, a: c.register_password(a["username"], a["password"]),
    "lid_authenticate_password": lambda c, a: c.authenticate_password(
        a["username"], a["password"]
    ),
    "lid_authenticate_fido2_init": lambda c, a: c.authenticate_fido2_init(a["username"]),
    "lid_authenticate_fido2_complete": lambda c, a: c.authenticate_fido2_complete(
        a["username"], assertion(a)
    ),
    "lid_authenticate_doc_scan_init": lambda c, a: c.authenticate_doc_scan_init(
        a["username"], a["credential_id"]
    ),
    "lid_authenticate_doc_scan_complete": lambda c, a: c.authenticate_doc_scan_complete(
        a["username"], a["credential_id"]
    ),
    "lid_authenticate_publickey_init": lambda c, a: c.authenticate_publickey_init(
        a["username"], a["publickey"], a["publickey_alg"]
    ),
    "lid_authenticate_publickey_complete": lambda c, a: c.authenticate_publickey_complete(
        a["username"], a["challenge_id"], a["assertion"]
    ),
}


class Wire(unittest.TestCase):
    def test_each_method_sends_what_its_function_is_for(self):
        control("POST", "reset")
        client = LoginIdManagement(CLIENT_ID, PRIVATE_KEY, BASE_URL)
        for call in CALLS:
            with self.subTest(call["function"]):
                forget_requests()
                try:
                    METHODS[call["function"]](client, call["arguments"])
                except LoginIDError as error:
                    # The user and the code do not exist; only the request matters.
                    self.assertIsNotNone(error.http_status, error)
                (request,) = requests()
                self.assertEqual(
                    (request["method"], request["path"]), (call["method"], call["path"])
                )
                body = request["body"]
                if body is not None:
                    body.pop("client_id", None)
                self.assertEqual(body or None, call["body"])


if __name__ == "__main__":
    unittest.main()
