"""Errors and events of attempts have one shape in all languages: bindings/errors.json."""

import json
import os
import pickle
import threading
import unittest

from emulator import BASE_URL, CLIENT_ID, PRIVATE_KEY, ROOT, control, wait_for_request
from libloginid import Cancel, LoginIDError, LoginIdManagement, errors, generate_key_pair, v2

TABLE = json.loads((ROOT / "bindings/errors.json").read_text())
CALLS = TABLE["calls"]
STATUSES = {row["status"]: row for row in TABLE["statuses"]}
MEMBERS = (
    "status",
    "code",
    "message",
    "operation",
    "http_status",
    "request_id",
    "retryable",
    "retry_after_ms",
)


def prepare(case):
    """Sets the faults of a case."""
    control("POST", "reset")
    fault, times = case.get("fault"), case.get("times", 9)
    user = case.get("answered_with_login_of")
    if user is not None:
        LoginIdManagement.from_env().add_user_without_credentials(user)
        login = json.dumps(control("POST", f"users/{user}/login"))
        fault = {"kind": "status", "code": 200, "body": login}
    if fault is not None:
        match = {"path": CALLS[case.get("fault_of", case["call"])]["path"]}
        control("POST", "faults", {"match": match, "times": times, "fault": fault})


def client_of(case):
    if case["service"] == "v2":
        config = {"base_url": os.environ["LOGINID_V2_BASE_URL"], **case.get("config", {})}
        if not case.get("without_api_key"):
            config = {"api_key": os.environ["LOGINID_V2_API_KEY"], **config}
        return v2.Client.with_config(**config)
    key = generate_key_pair()["private_key"] if case.get("another_key") else PRIVATE_KEY
    config = {"private_key": key, "base_url": BASE_URL, **case.get("config", {})}
    return LoginIdManagement.with_config(CLIENT_ID, **config)


def make(client, case):
    """The call of a case, in whose texts "␀" is a NUL."""
    texts = {
        name: case[name].replace("␀", "\0") for name in ("username", "user_id") if name in case
    }
    user = texts.get("username")
    if case["call"] == "wait_code":
        cancel = Cancel()
        if case.get("cancelled"):
            cancel.trigger()
        return client.authenticate_code_wait(user, "123456", "short", cancel=cancel)
    if case["call"] == "authenticate_password":
        return client.authenticate_password(user, "a password")
    if "token" in case:
        texts["token"] = signed_token(**case["token"])
    return getattr(client, case["call"].replace("v2_", ""))(**texts)


def signed_token(**times):
    """A token that the current service signed."""
    claims = {"sub": "u1", "username": "ada", "tokenType": "jwtAccess", **times}
    claims["iss"] = os.environ["LOGINID_V2_BASE_URL"]
    claims["aud"] = os.environ["LOGINID_V2_APPLICATION_ID"]
    return control("POST", "v2/tokens", {"claims": claims})["token"]


def cancel_later(cancel, path):
    wait_for_request(path)
    cancel.trigger()


class Errors(unittest.TestCase):
    def test_each_case_has_the_error_and_the_attempts_of_the_table(self):
        self.assertGreater(len(TABLE["cases"]), 20)
        for case in TABLE["cases"]:
            with self.subTest(case["case"]):
                prepare(case)
                client = client_of(case)
                if case.get("cancelled_while_running"):
                    cancel = Cancel()
                    client = client.with_options(cancel=cancel)
                    path = CALLS[case["call"]]["path"]
                    other = threading.Thread(target=cancel_later, args=(cancel, path))
                    other.start()
                    self.addCleanup(other.join)
                events = []
                client.on_attempt(events.append)
                if case.get("closed"):
                    client.close()
                with self.assertRaises(LoginIDError) as raised:
                    make(client, case)
                client.close()
                self.compare(raised.exception, case, events)
                self.compare_events(events, case)

    def compare(self, error, case, events):
        expected = case["error"]
        seen = {name: getattr(error, name) for name in expected}
        self.assertEqual(seen, expected)
        row = STATUSES[expected["status"]]
        self.assertEqual(error.status_number, row["number"])
        self.assertIs(type(error), getattr(errors, row["stem"] + "Error"))
        self.assertEqual(error.error_code, error.code)
        milliseconds = expected["retry_after_ms"]
        seconds = None if milliseconds is None else milliseconds / 1000
        self.assertEqual(error.retry_after, seconds)
        self.assertEqual(error.request_id, events[-1]["request_id"] if events else None)
        self.assertTrue(error.message)
        self.assertEqual(error.message, case.get("message", error.message))
        request = f", request id: {error.request_id}" if events else ""
        self.assertEqual(
            str(error),
            f"HTTP status code: {error.status_code}, error code: {error.code}, "
            f"error message: {error.message}{request}",
        )
        self.assertEqual(error.to_dict(), {name: getattr(error, name) for name in MEMBERS})
        self.assertEqual(json.loads(error.json), {"error": error.to_dict()})
        again = pickle.loads(pickle.dumps(error))
        self.assertEqual((type(again), again.json), (type(error), error.json))

    def compare_events(self, events, case):
        self.assertEqual(len(events), len(case["attempts"]), events)
        ids = {}
        for event, attempt in zip(events, case["attempts"]):
            operation = attempt.get("operation", case["call"])
            expected = {"event": "http_attempt", "operation": operation}
            expected.update({**CALLS[operation], **attempt})
            self.assertEqual(event["retry_in_ms"] is not None, expected.pop("retried"))
            self.assertEqual({name: event[name] for name in expected}, expected)
            self.assertIs(type(event["duration_us"]), int)
            self.assertEqual(
                event["request_id"], ids.setdefault(operation, event["request_id"])
            )

    def test_messages_of_the_binding_are_those_of_the_table(self):
        client = LoginIdManagement.from_env()
        current = v2.Client.from_env()
        self.addCleanup(client.close)
        self.addCleanup(current.close)
        nan = {"deviceId": float("nan")}

        def unreadable():
            fault = {"kind": "status", "code": 200, "body": f'{{"id":{"1" * 5000}}}'}
            match = {"path": CALLS["get_user"]["path"]}
            control("POST", "faults", {"match": match, "times": 1, "fault": fault})
            client.get_user("ada")

        made = {
            "invalid_json": ("options", lambda: current.authenticate_init(device_info=nan)),
            "invalid_response": ("", unreadable),
            "invalid_utf8": ("base_url", lambda: v2.Client.with_config(b"\xff")),
        }
        rows = [row for row in TABLE["messages"] if "python" in row["languages"]]
        self.assertEqual({row["code"] for row in rows}, set(made))
        for row in rows:
            name, call = made[row["code"]]
            with self.assertRaises(LoginIDError) as raised:
                call()
            self.assertEqual(raised.exception.code, row["code"])
            begins = row["begins"].format(name=name)
            self.assertEqual(raised.exception.message[: len(begins)], begins)

    def test_each_status_has_a_class(self):
        named = {kind for kind in vars(errors).values() if isinstance(kind, type)}
        self.assertEqual(len(named), len(STATUSES) + 1)
        for row in TABLE["statuses"]:
            text = json.dumps(
                {"error": {**dict.fromkeys(MEMBERS), "status": row["status"], "code": "c"}}
            )
            error = LoginIDError.from_json(text, row["number"])
            self.assertIs(type(error), getattr(errors, row["stem"] + "Error"))
            made = type(error)(400, "c", "m")
            self.assertEqual((made.status, made.status_number), (row["status"], row["number"]))

    def test_a_status_newer_than_the_package_is_a_plain_error(self):
        text = json.dumps({"error": {**dict.fromkeys(MEMBERS), "status": "LID_ERROR_NEW"}})
        for number in (99, None):
            error = LoginIDError.from_json(text, number)
            self.assertIs(type(error), LoginIDError)
            self.assertEqual((error.status, error.status_number), ("LID_ERROR_NEW", number))

    def test_a_program_makes_the_error_of_a_fake_client(self):
        made = errors.ApiError(404, "not_found", "No such user", http_status=404)
        with self.assertRaises(LoginIDError) as raised:
            v2.Client.from_env().delete_user("00000000-0000-0000-0000-000000000000")
        real = raised.exception
        for name in ("status_code", "http_status", "code", "status", "status_number"):
            self.assertEqual(getattr(made, name), getattr(real, name), name)
        self.assertEqual(made.to_dict()["http_status"], 404)
        self.assertEqual(pickle.loads(pickle.dumps(made)).http_status, 404)
        self.assertIsNone(errors.NetworkError(503, "connection_failed", "m").http_status)

    def test_each_error_says_whether_to_log_in_again_or_to_try_again(self):
        seen = {
            row["status"]: (error.token_refused, error.unavailable)
            for row in TABLE["statuses"]
            for error in [getattr(errors, row["stem"] + "Error")(400, "c", "m")]
        }
        refused = {"LID_ERROR_TOKEN_INVALID", "LID_ERROR_TOKEN_EXPIRED"}
        refused.add("LID_ERROR_CLAIM_MISMATCH")
        kinds = "RATE_LIMITED NETWORK TLS TIMEOUT CANCELLED RESPONSE"
        unavailable = {f"LID_ERROR_{kind}" for kind in kinds.split()}
        expected = {status: (status in refused, status in unavailable) for status in STATUSES}
        self.assertEqual(seen, expected)
        for http_status, answer in ((400, False), (404, False), (500, True), (503, True)):
            error = errors.ApiError(http_status, "c", "m", http_status=http_status)
            self.assertIs(error.unavailable, answer)


class OnAttempt(unittest.TestCase):
    def setUp(self):
        control("POST", "reset")
        self.client = LoginIdManagement.from_env()
        self.client.add_user_without_credentials("ada")

    def test_it_runs_on_the_thread_of_the_call_and_may_use_the_client(self):
        threads = []

        def function(event):
            threads.append(threading.get_ident())
            if event["operation"] == "get_user":
                self.client.get_credentials(username="ada")

        self.client.on_attempt(function)
        self.client.get_user("ada")
        self.assertEqual(threads, [threading.get_ident()] * 2)

    def test_the_call_raises_what_it_raises(self):
        def function(event):
            raise IndexError(event["operation"])

        self.client.on_attempt(function)
        with self.assertRaisesRegex(IndexError, "get_user"):
            self.client.get_user("ada")

    def test_a_call_tells_the_function_that_was_set_when_it_began(self):
        fault = {"kind": "status", "code": 503}
        match = {"path": CALLS["get_user"]["path"]}
        control("POST", "faults", {"match": match, "times": 1, "fault": fault})
        attempts = []

        def function(event):
            self.client.on_attempt(None)
            attempts.append(event["attempt"])

        self.client.on_attempt(function)
        self.client.get_user("ada")
        self.client.get_user("ada")
        self.assertEqual(attempts, [1, 2])

    def test_there_is_one_function(self):
        events, texts = [], []
        self.client.on_attempt(events.append)
        self.client.set_log_callback(texts.append)
        self.client.get_user("ada")
        self.assertEqual((len(events), len(texts)), (0, 1))
        self.client.on_attempt(events.append)
        self.client.get_user("ada")
        self.assertEqual((len(events), len(texts)), (1, 1))
        with self.assertRaises(TypeError):
            self.client.on_attempt("print")


if __name__ == "__main__":
    unittest.main()
