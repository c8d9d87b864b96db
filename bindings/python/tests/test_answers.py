"""Programs receive what the C library accepted: its JSON, and its errors."""

import json
import math
import re
import sys
import time
import unittest

import libloginid
from emulator import BASE_URL, CLIENT_ID, PRIVATE_KEY, ROOT, control, fault
from libloginid import LoginIDError, LoginIdManagement


def nested(depth):
    return "[" * depth + "]" * depth


class Answers(unittest.TestCase):
    def setUp(self):
        control("POST", "reset")
        self.client = LoginIdManagement(CLIENT_ID, PRIVATE_KEY, BASE_URL)

    def answered(self, value):
        """The member ``x`` of an answer with a duplicate: the last one counts."""
        control("DELETE", "faults")
        body = f'{{"id":"1","username":"ada","x":0,"x":{value},"X":1}}'
        fault("/manage/users/retrieve", "status", code=200, body=body)
        profile = self.client.get_user("ada")
        self.assertEqual(list(profile), ["id", "username", "x", "X"])
        return profile["x"]

    def test_values_are_those_of_the_text(self):
        for value, expected in (
            ("null", None),
            ("12345678901234567890", 12345678901234567890),
            ("1.50", 1.5),
            ("-0", 0),
            ("1e400", math.inf),
            ('"\\u00e9\\ud83d\\ude00\\u0000"', "é😀\0"),
            # This is impossible in UTF-8, but possible in a Python text.
            ('"\\ud800"', "\ud800"),
            ('{"__class__":"x","":{}}', {"__class__": "x", "": {}}),
        ):
            with self.subTest(value):
                self.assertEqual(self.answered(value), expected)

    def test_values_without_a_json_form_are_an_error_of_the_library(self):
        for value in ("NaN", "Infinity", "-Infinity", "01", "'x'", nested(128)):
            with self.subTest(value[:20]), self.assertRaises(LoginIDError) as raised:
                self.answered(value)
            self.assertEqual(raised.exception.error_code, "invalid_response")
            self.assertEqual(raised.exception.status, "LID_ERROR_RESPONSE")

    def test_json_is_read_as_deep_as_the_library_allows(self):
        value = self.answered(nested(127))
        for _ in range(126):
            (value,) = value
        self.assertEqual(value, [])

    def test_an_answer_that_python_cannot_read_is_an_error_of_the_library(self):
        def at_the_end_of_the_stack(call):
            """Runs a call as deep as it can be run, and 60 levels less."""
            deepest = 0

            def descend(levels):
                nonlocal deepest
                deepest = max(deepest, levels)
                descend(levels + 1)

            def run(levels):
                return call() if levels == 0 else run(levels - 1)

            try:
                descend(0)
            except RecursionError:
                pass
            return run(deepest - 60)

        digits = getattr(sys, "get_int_max_str_digits", lambda: 0)()
        if digits:
            with self.assertRaises(LoginIDError) as raised:
                self.answered("1" * (digits + 1))
            self.assertEqual(raised.exception.status, "LID_ERROR_RESPONSE")
            self.assertEqual(raised.exception.error_code, "invalid_response")
        self.answered(nested(120))
        try:
            profile = at_the_end_of_the_stack(lambda: self.client.get_user("ada"))
        except LoginIDError as error:
            self.assertEqual(error.status, "LID_ERROR_RESPONSE")
        else:
            # Since Python 3.12 the reader has a stack of its own.
            self.assertGreaterEqual(sys.version_info, (3, 12))
            self.assertIn("x", profile)

    def token(self, claims):
        raw = (
            f'{{"aud":"{CLIENT_ID}","sub":"u1","udata":"ada",'
            f'"exp":{int(time.time()) + 60},{claims}}}'
        )
        return control("POST", "tokens", {"claims_raw": raw})["token"]

    def test_claims_are_the_members_that_were_checked(self):
        token = self.token('"UDATA":"mallory","Sub":"admin","\\u017fub":"root","a":[{}]')
        claims = self.client.verify_and_decode_token(token, "ada")["claims"]
        self.assertEqual((claims["udata"], claims["sub"]), ("ada", "u1"))
        self.assertEqual((claims["UDATA"], claims["Sub"]), ("mallory", "admin"))
        self.assertEqual(claims["\u017fub"], "root")
        self.assertEqual(claims["a"], [{}])
        self.assertFalse(self.client.verify_token(token, "mallory"))

    def test_a_bad_token_raises_for_every_username(self):
        token = self.token('"a":1')
        self.assertFalse(self.client.verify_token(token, ""))
        for username in (None, "", "ada", "mallory"):
            with self.assertRaises(LoginIDError) as raised:
                self.client.verify_token(token[:-8] + "AAAAAAAA", username)
            self.assertEqual(raised.exception.error_code, "invalid_signature")

    def test_a_token_without_a_payload_confirms_no_transaction(self):
        self.assertIs(self.client.verify_transaction(self.token('"a":1'), "payload"), False)
        self.assertIs(self.client.verify_transaction(self.token('"tx_hash":"x"'), "payload"), False)

    def test_claims_that_could_be_read_in_two_ways_are_refused(self):
        for claims in (
            '"udata":"mallory"',
            '"\\u0075data":"mallory"',
            '"a":{"b":1,"b":2}',
            '"a":1e400',
            '"a":NaN',
            '"a":"\\ud800"',
            f'"a":{"1" * 5000}',
            f'"a":{nested(110)}',
        ):
            with self.subTest(claims[:20]), self.assertRaises(LoginIDError) as raised:
                self.client.verify_and_decode_token(self.token(claims))
            self.assertEqual(raised.exception.status, "LID_ERROR_TOKEN_INVALID")
            self.assertEqual(raised.exception.status_code, 401)


class Errors(unittest.TestCase):
    # The status_code of an error without an HTTP status of the service.
    CODES = {
        "LID_ERROR_INVALID_ARGUMENT": 400,
        "LID_ERROR_CONFIG": 500,
        "LID_ERROR_PRIVATE_KEY": 500,
        "LID_ERROR_TOKEN_INVALID": 401,
        "LID_ERROR_TOKEN_EXPIRED": 401,
        "LID_ERROR_CLAIM_MISMATCH": 401,
        # It always has the service's status.
        "LID_ERROR_API": 500,
        "LID_ERROR_RATE_LIMITED": 429,
        "LID_ERROR_NETWORK": 503,
        "LID_ERROR_TLS": 502,
        "LID_ERROR_TIMEOUT": 504,
        "LID_ERROR_CANCELLED": 499,
        "LID_ERROR_RESPONSE": 502,
        "LID_ERROR_INTERNAL": 500,
    }

    def error(self, **members):
        members = {
            "status": "LID_ERROR_RATE_LIMITED",
            "code": "unknown_key_throttled",
            "message": "Later",
            "operation": "verify_token",
            "http_status": None,
            "request_id": None,
            "retryable": True,
            "retry_after_ms": 10_000,
            **members,
        }
        return LoginIDError.from_json(json.dumps({"error": members}))

    def test_every_status_of_the_header_has_a_status_code(self):
        header = (ROOT / "include/loginid.h").read_text()
        names = re.findall(r"^    (LID_ERROR_\w+) = \d+,$", header, re.MULTILINE)
        self.assertEqual(names, list(self.CODES))
        for name in names:
            error = self.error(status=name)
            self.assertEqual((error.status, error.status_code), (name, self.CODES[name]))
            self.assertIsNone(error.http_status)
            # The service's own status, if there is one.
            error = self.error(status=name, http_status=418)
            self.assertEqual((error.status_code, error.http_status), (418, 418))
        # Programs must expect new ones.
        self.assertEqual(self.error(status="LID_ERROR_NEW").status_code, 500)

    def test_throttled_fetches_of_keys_are_a_rate_limit(self):
        error = self.error()
        self.assertEqual(error.status, "LID_ERROR_RATE_LIMITED")
        self.assertEqual((error.status_code, error.http_status), (429, None))
        self.assertEqual(error.error_code, "unknown_key_throttled")
        self.assertEqual((error.retryable, error.retry_after), (True, 10.0))

    def test_the_number_of_a_status_has_its_name(self):
        for number, name in enumerate(["LID_OK", *self.CODES]):
            self.assertEqual(libloginid.status_name(number), name)


if __name__ == "__main__":
    unittest.main()
