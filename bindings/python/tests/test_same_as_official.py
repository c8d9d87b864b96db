"""The same program with the official package and with this one."""

import inspect
import re
import unittest
from uuid import UUID

import libloginid
import libloginid.core
import loginid
import loginid.core
from emulator import BASE_URL, CLIENT_ID, PRIVATE_KEY, control
from test_wire import CALLS, method, parameters

PURPOSE = "temporary_authentication"
PUBLIC_KEY = libloginid.generate_key_pair()["public_key"]
# What differs from one run of the program to the next.
CHANGING = re.compile(
    r"^(id|user_id|uuid|code|jwt|created_at|updated_at|expires_at|deleted_at"
    r"|challenge|challenge_id|server_nonce|credential_uuid|iframe_url)$"
)


def public(cls):
    return {name for name in dir(cls) if not name.startswith("_")}


def shape(value):
    """A result in which values that change from run to run are replaced by their type."""
    if isinstance(value, dict):
        return {
            name: type(item).__name__ if CHANGING.match(name) else shape(item)
            for name, item in value.items()
        }
    if isinstance(value, list):
        return [shape(item) for item in value]
    return (type(value).__name__, value)


def program(package):
    """An existing program, and the results it sees."""
    seen = []

    def see(name, call, *arguments, **named):
        try:
            result = call(*arguments, **named)
        except package.core.LoginIDError as error:
            seen.append((name, "raised", error.status_code, error.error_code, error.message))
            return None
        seen.append((name, shape(result)))
        return result

    user = "grace@example.com"
    management = package.LoginIdManagement(CLIENT_ID, PRIVATE_KEY, BASE_URL)
    application = package.LoginID(CLIENT_ID, private_key=PRIVATE_KEY, base_url=BASE_URL + "/")
    public_application = package.LoginID(CLIENT_ID, base_url=BASE_URL)
    see("client_id", application.client_id)
    see("add", management.add_user_without_credentials, user)
    see("add again", management.add_user_without_credentials, user)
    profile = see("get", management.get_user, user)
    user_id = profile["id"]

    code = see("generate", management.generate_code, "short", PURPOSE, False, username=user)
    see("authorize", management.authorize_code, code["code"], "short", PURPOSE, user_id)
    login = see("wait", application.authenticate_code_wait, user, code["code"], "short")
    see("verify", application.verify_token, login["jwt"])
    see("verify user", application.verify_token, login["jwt"], user)
    see("verify other", application.verify_token, login["jwt"], username="mallory")
    see("verify nobody", application.verify_token, login["jwt"], "")
    see("verify nothing", application.verify_transaction, login["jwt"], "Pay 10.00 EUR")
    see("verify without key", public_application.verify_token, login["jwt"], user)
    see("invalidate", management.invalidate_all_codes, "short", PURPOSE, username=user)
    see("code type", management.generate_code, "huge", PURPOSE, False, username=user)
    see("nobody", management.generate_code, "short", PURPOSE, False)

    control("POST", f"users/{user}/credentials", {"type": "fido2", "name": "phone"})
    listed = see("list", management.get_credentials, "active", username=user)
    uuid = listed["credentials"][0]["uuid"]
    see("list all", management.get_credentials, None, user_id)
    see("rename", management.rename_credential, uuid, "work phone", username=user)
    see("revoke", management.revoke_credential, uuid, user_id=user_id)
    see("list nobody", management.get_credentials)

    nonce = "0123456789abcdef"
    id = application.create_tx("Pay 10.00 EUR", nonce=nonce)
    seen.append(("create_tx", type(id)))
    token = control("POST", f"tx/{id}/confirm", {"username": user})["jwt"]
    see("transaction", application.verify_transaction, token, "Pay 10.00 EUR")
    see("another", application.verify_transaction, token, "Pay 99.00 EUR")

    for make in (application.generate_service_token, application.generate_tx_auth_token):
        seen.append(("token", make("users.retrieve").count(".")))
        see("algorithm", make, "users.retrieve", algo="HS256")
    see("no key", public_application.generate_service_token, "users.retrieve")

    other, password = "alan@example.com", "correct horse battery staple"
    see("register", application.register_password, other, password)
    see("register again", application.register_password, other, password)
    see("log in", application.authenticate_password, other, password)
    see("log in wrongly", application.authenticate_password, other, "another password")
    see("recovery", management.generate_recovery_code, username=other)
    see("public key", management.add_publickey_credential, PUBLIC_KEY, username=other)
    see("challenge", application.authenticate_publickey_init, other, PUBLIC_KEY)
    see("fido2", application.register_fido2_init, "new@example.com", "New", True)
    see("fido2 login", application.authenticate_fido2_init, other)
    see("force", management.force_fido2_credential_init, user_id, "Grace")
    see("scan", management.add_doc_scan_credential_init, username=other, credential_name="id")
    management.delete_by_username(other)

    see("deactivate", management.deactivate_user_by_id, UUID(user_id))
    see("deactivate again", management.deactivate_user_by_id, user_id)
    see("activate", management.activate_user_by_id, user_id)
    seen.append(management.delete_by_user_id(user_id) == f"user with id {user_id} deleted")
    see("delete again", management.delete_by_user_id, user_id)
    see("get deleted", management.get_user, user)
    management.add_user_without_credentials(user)
    see("delete", management.delete_by_username, user)
    return seen


class SameAsOfficial(unittest.TestCase):
    maxDiff = None

    def test_a_program_sees_the_same(self):
        official = program(loginid)
        ours = program(libloginid)
        self.assertGreater(len(official), 30)
        for theirs, mine in zip(official, ours):
            self.assertEqual(mine, theirs)
        self.assertEqual(len(ours), len(official))

    def test_every_public_method_has_the_same_parameters(self):
        compared = 0
        for name in ("LoginID", "LoginIdManagement"):
            theirs, ours = getattr(loginid, name), getattr(libloginid, name)
            for public_name in sorted(public(theirs) | {"__init__"}):
                if not callable(getattr(theirs, public_name)):
                    continue
                with self.subTest(f"{name}.{public_name}"):
                    official = inspect.signature(getattr(theirs, public_name)).parameters
                    here = inspect.signature(getattr(ours, public_name)).parameters
                    first = list(here.values())[: len(official)]
                    self.assertEqual(
                        [(p.name, p.kind, p.default) for p in first],
                        [(p.name, p.kind, p.default) for p in official.values()],
                    )
                    compared += 1
                    # Additional parameters must be optional.
                    for parameter in list(here.values())[len(official) :]:
                        self.assertIsNot(parameter.default, inspect.Parameter.empty)
        self.assertGreater(compared, 40)

    def test_methods_that_the_official_package_lacks_have_the_order_of_the_table(self):
        compared = set()
        for call in CALLS:
            name = method(call["function"])
            if hasattr(loginid.LoginIdManagement, name):
                continue
            given = list(parameters(call["function"], call["arguments"]))
            here = inspect.signature(getattr(libloginid.LoginIdManagement, name)).parameters
            self.assertEqual([one for one in here if one in given], given, name)
            compared.add(name)
        self.assertLessEqual({"complete_tx", "init_tx"}, compared)

    def test_the_official_names_and_those_of_the_guide_are_there(self):
        for name in ("LoginID", "LoginIdManagement"):
            theirs, ours = public(getattr(loginid, name)), public(getattr(libloginid, name))
            self.assertEqual(theirs - ours, {"JWT_LEEWAY"})
        added = """close complete_tx create_transaction from_env init_tx set_log_callback
            verify_and_decode_token verify_and_decode_transaction with_config"""
        self.assertLessEqual(set(added.split()), public(libloginid.LoginID))

    def test_the_error_has_the_same_attributes_and_text(self):
        theirs = loginid.core.LoginIDError(404, "user_not_found", "User not found")
        ours = libloginid.core.LoginIDError(404, "user_not_found", "User not found")
        self.assertEqual(str(ours), str(theirs))
        self.assertEqual(ours.args, theirs.args)
        self.assertIn("status_code", vars(theirs))
        for name in vars(theirs):
            self.assertEqual(getattr(ours, name), getattr(theirs, name))

    def test_management_needs_a_key_in_both(self):
        for package in (loginid, libloginid):
            with self.assertRaises(package.core.LoginIDError) as raised:
                package.LoginIdManagement(CLIENT_ID, "")
            error = raised.exception
            self.assertEqual(
                (error.status_code, error.error_code, error.message),
                (400, "BAD_REQUEST", "Private key is required"),
            )


if __name__ == "__main__":
    unittest.main()
