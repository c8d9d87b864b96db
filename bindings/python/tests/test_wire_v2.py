"""Each method of the current service sends the request that bindings/wire-v2.json has for it."""

import base64
import json
import os
import unittest

from emulator import ROOT, control, forget_requests, requests
from libloginid import LoginIDError, v2
from test_v2 import public_calls

APPLICATION_ID = os.environ["LOGINID_V2_APPLICATION_ID"]
API_KEY = os.environ["LOGINID_V2_API_KEY"]
CALLS = json.loads((ROOT / "bindings/wire-v2.json").read_text())
PREFIX = "lid_v2_"
# They request the key set only.
LOCAL = {"verify_token", "verify_transaction"}
# The user in the table.
USER = "the-username"


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
    def test_each_method_sends_what_its_function_is_for(self):
        control("POST", "reset")
        control("POST", f"v2/users/{USER}/login")
        client = v2.Client.from_env()
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
                expected = (call["method"], call["path"])
                self.assertEqual((request["method"], request["path"]), expected)
                body = call["body"]
                if body is not None and "app" in body:
                    body["app"] = {"id": APPLICATION_ID}
                self.assertEqual(request["body"], body)
                self.compare_authorization(call["authorization"], before, request)

    def compare_authorization(self, authorization, before, request):
        header = dict(request["headers"]).get("authorization")
        api_key = "Basic " + base64.b64encode(f"{API_KEY}:".encode()).decode()
        known = {None: None, "api_key": api_key, "token": "Bearer the-token"}
        if authorization in known:
            self.assertEqual(before, [])
            self.assertEqual(header, known[authorization])
            return
        (grant,) = before
        self.assertEqual(grant["path"], "/fido2/v2/mgmt/grant")
        self.assertEqual(grant["body"], {"username": USER, "grants": [authorization]})
        self.assertEqual(request["token"]["claims"]["scopes"], [authorization])

    def test_the_table_has_each_call(self):
        methods = {call["function"][len(PREFIX) :] for call in CALLS}
        self.assertEqual(methods | LOCAL, public_calls(v2.Client))


if __name__ == "__main__":
    unittest.main()
