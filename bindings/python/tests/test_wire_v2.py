"""Each method of the current service sends the request that bindings/wire_v2.json has for it."""

import base64
import json
import os
import unittest

from emulator import ROOT, control, forget_requests, requests
from libloginid import LoginIDError, v2
from test_v2 import public_calls

APPLICATION_ID = os.environ["LOGINID_V2_APPLICATION_ID"]
API_KEY = os.environ["LOGINID_V2_API_KEY"]
CALLS = json.loads(
    (ROOT / "bindings/wire_v2.json").read_text().replace('"APP"', json.dumps(APPLICATION_ID))
)
PREFIX = "lid_v2_"
# They request the key set only.
LOCAL = {"verify_token", "verify_transaction"}


def parameters(arguments):
    """The arguments of a method, from those of its C function."""
    passed = {}
    for name, value in arguments.items():
        if name == "options_json":
            passed.update(json.loads(value))
        elif name.endswith("_json"):
            passed[name[: -len("_json")]] = json.loads(value)
        else:
            passed[name] = value
    return passed


class Wire(unittest.TestCase):
    def expect(self, request, call, authorization):
        headers = dict(request["headers"])
        self.assertEqual((request["method"], request["path"]), (call["method"], call["path"]))
        self.assertEqual(request["body"], call["body"])
        self.assertEqual(request["operation"], call["function"][len("lid_") :])
        self.assertEqual(headers.get("authorization"), authorization)
        if "user_agent" in call:
            self.assertEqual(headers["user-agent"], call["user_agent"])

    def test_each_method_sends_what_its_function_is_for(self):
        control("POST", "reset")
        control("POST", "v2/users/ada@example.com/login")
        client = v2.Client.from_env()
        api_key = "Basic " + base64.b64encode(f"{API_KEY}:".encode()).decode()
        for call in CALLS:
            with self.subTest(call["function"], arguments=call["arguments"]):
                forget_requests()
                method = getattr(client, call["function"][len(PREFIX) :])
                try:
                    method(**parameters(call["arguments"]))
                except LoginIDError as error:
                    # Neither the session nor the code exists; only the request matters.
                    self.assertIsNotNone(error.http_status, error)
                *before, request = requests()
                authorization = call["authorization"]
                if isinstance(authorization, dict):
                    (grant,) = before
                    scope = authorization["grant"]
                    self.assertEqual(grant["path"], "/fido2/v2/mgmt/grant")
                    self.assertEqual(grant["body"]["grants"], [scope])
                    self.assertEqual(request["token"]["claims"]["scopes"], [scope])
                    authorization = dict(request["headers"])["authorization"]
                else:
                    self.assertEqual(before, [])
                known = {None: None, "api_key": api_key, "token": "Bearer user.token"}
                self.expect(request, call, known.get(authorization, authorization))

    def test_the_table_has_each_call(self):
        methods = {call["function"][len(PREFIX) :] for call in CALLS}
        self.assertEqual(methods | LOCAL, public_calls(v2.Client))


if __name__ == "__main__":
    unittest.main()
