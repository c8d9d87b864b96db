"""Each method sends the request that bindings/wire.json has for its function."""

import json
import unittest

from emulator import BASE_URL, CLIENT_ID, PRIVATE_KEY, ROOT, control, forget_requests, requests
from libloginid import LoginIDError, LoginIdManagement

CALLS = json.loads((ROOT / "bindings/wire.json").read_text())


# Methods that have another name than their C function.
METHODS = {"lid_wait_code": "authenticate_code_wait"}
# Parameters that have another name than in C, and functions where it is another one still.
PARAMETERS = {
    "purpose": "code_purpose",
    "authorize": "isAuthorized",
    "activate": "activate_credential",
    "timeout_ms": "timeout",
}
SPECIAL_PARAMETERS = {
    "lid_rename_credential": {"credential_id": "cred_id", "name": "updated_name"},
    "lid_revoke_credential": {"credential_id": "cred_id"},
    "lid_init_add_fido2_credential_with_code": {"code_type": "codeType"},
}


def parameters(function, arguments):
    """The arguments of a method, from those of its C function."""
    names = {**PARAMETERS, **SPECIAL_PARAMETERS.get(function, {})}
    passed = {}
    for name, value in arguments.items():
        if name == "options_json":
            passed.update(json.loads(value))
        elif name.endswith("_json"):
            passed[name[: -len("_json")]] = json.loads(value)
        else:
            value = value / 1000 if name == "timeout_ms" else value
            passed[names.get(name, name)] = value
    return passed


def method(function):
    """The name of the method for a C function."""
    return METHODS.get(function, function[len("lid_") :])


def send(client, function, arguments):
    """Calls the method for a C function."""
    return getattr(client, method(function))(**parameters(function, arguments))


class Wire(unittest.TestCase):
    def test_each_method_sends_what_its_function_is_for(self):
        control("POST", "reset")
        client = LoginIdManagement(CLIENT_ID, PRIVATE_KEY, BASE_URL)
        for call in CALLS:
            with self.subTest(call["function"]):
                forget_requests()
                try:
                    send(client, call["function"], call["arguments"])
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
        self.assertEqual(control("GET", "requests")["resent_tokens"], 0)


if __name__ == "__main__":
    unittest.main()
