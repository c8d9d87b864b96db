"""The client of the current service, each call against the emulator."""

import gc
import inspect
import json
import os
import threading
import typing
import unittest
import uuid

from emulator import control, fault, forget_requests, requests, wait_for_request
from libloginid import Cancel, LoginIDError, errors, v2
from libloginid.v2 import results
from passkey import Device
from shapes import ShapeTest

ANN = "ann@example.com"
BASE_URL = os.environ["LOGINID_V2_BASE_URL"]
API_KEY = os.environ["LOGINID_V2_API_KEY"]


def sent_code(username):
    return control("GET", f"v2/otp?username={username}")["code"]


def public_calls(client):
    """The names of the methods that send something."""
    others = {"client_id", "close", "from_env", "on_attempt", "set_log_callback"}
    others |= {"validate_code_type", "with_config", "with_options"}
    members = inspect.getmembers(client, callable)
    return {name for name, _ in members if not name.startswith("_")} - others


class Calls(ShapeTest):
    # What LoginID's browser SDK reads beside it.
    further = {"ConfirmedTransaction": {"txId", "jwtAccess", "lNonce", "txHash", "nonce"}}

    def setUp(self):
        super().setUp()
        control("POST", "reset")
        self.client = self.checked(v2.Client)(BASE_URL, API_KEY)
        self.device = Device()

    def sign_up(self, username=ANN):
        begun = self.client.register_init(username, display_name="Ann")
        created = self.device.create(begun["registrationRequestOptions"])
        return self.client.register_complete(begun["session"], created, passkey_name="Laptop")

    def assert_code(self, code, call, *arguments, **named):
        with self.assertRaises(LoginIDError) as raised:
            call(*arguments, **named)
        self.assertEqual(raised.exception.code, code)
        return raised.exception

    def test_a_user_signs_up_and_logs_in_with_a_passkey(self):
        signed_up = self.sign_up()
        self.assertEqual(signed_up["claims"]["username"], ANN)
        for named in ({"username": ANN}, {}):
            begun = self.client.authenticate_init(**named)
            signed = self.device.sign(begun["assertionOptions"])
            # A dictionary, or the text that the page sent.
            answer = signed if named else json.dumps(signed)
            login = self.client.authenticate_complete(begun["session"], answer)
            self.assertEqual(login["claims"]["sub"], signed_up["userId"])
            token = login["jwtAccess"]
            verified = self.client.verify_token(token, username=ANN)
            self.assertEqual(verified["claims"], login["claims"])
            self.assertIsNone(self.client.verify_token_remote(token))
        error = self.assert_code(
            "username_mismatch", self.client.verify_token, token, username="bob"
        )
        self.assertIsInstance(error, errors.ClaimMismatchError)
        self.assert_code("unauthorized", self.client.verify_token_remote, "a.b.c")

    def test_passkeys_by_name_and_by_token(self):
        token = self.sign_up()["jwtAccess"]
        for who in ({"username": ANN}, {"token": token}):
            (passkey,) = self.client.list_passkeys(**who)["passkeys"]
            name = f"by {next(iter(who))}"
            self.assertIsNone(self.client.rename_passkey(passkey["id"], name, **who))
            (passkey,) = self.client.list_passkeys(**who)["passkeys"]
            self.assertEqual(passkey["name"], name)
        for call in (self.client.list_passkeys, self.client.create_otp):
            self.assert_code("token_or_username_required", call)
            self.assert_code("token_or_username_required", call, username=ANN, token=token)
        self.assertIsNone(self.client.delete_passkey(passkey["id"], username=ANN))
        self.assertEqual(self.client.list_passkeys(token=token), {"passkeys": []})

    def test_an_authenticator_is_described(self):
        control("POST", f"v2/users/{ANN}/login")
        (passkey,) = self.client.list_passkeys(username=ANN)["passkeys"]
        found = self.client.get_authenticator(uuid.UUID(passkey["aaguid"]), username=ANN)
        self.assertEqual(found["id"], passkey["aaguid"])
        self.assert_code(
            "not_found", self.client.get_authenticator, str(uuid.UUID(int=7)), username=ANN
        )

    def test_codes_log_a_user_in(self):
        self.sign_up()
        made = self.client.create_otp(username=ANN)
        login = self.client.verify_otp(ANN, made["code"])
        self.assertEqual(login["claims"]["username"], ANN)
        self.assertIsNone(self.client.send_otp_email("nobody@example.com"))

    def test_a_profile_is_changed_and_deleted(self):
        client, user_id = self.client, self.sign_up()["userId"]
        client.set_email(user_id, "ann@example.org", request_verification=True)
        client.verify_email(ANN, sent_code(ANN))
        client.send_otp_email(ANN)
        client.verify_otp(ANN, sent_code(ANN), username_type="other")
        client.remove_email(user_id, "ann@example.org")
        phone = "+4915112345678"
        client.set_phone(user_id, phone, messaging_consent=True, request_verification=True)
        client.verify_phone(ANN, sent_code(ANN))
        client.send_otp_sms(ANN)
        client.remove_phone(user_id)
        self.assertIsNone(client.delete_user(user_id))
        error = self.assert_code("not_found", client.delete_user, user_id)
        self.assertEqual((error.operation, error.http_status), ("v2_delete_user", 404))
        self.assertIn("error code: not_found", str(error))
        self.assertIn(f"request id: {error.request_id}", str(error))

    def test_a_transaction_is_confirmed_and_verified(self):
        client = self.client
        self.sign_up()
        begun = client.init_tx(ANN, "pay 10")
        signed = self.device.sign(begun["assertionOptions"])
        token = client.complete_tx(begun["session"], signed)["token"]
        nonce = begun["nonce"]
        verified = client.verify_transaction(token, "pay 10", nonce, username=ANN)
        self.assertIn("txHash", verified["claims"])
        self.assert_code(
            "transaction_hash_mismatch", client.verify_transaction, token, "pay 99", nonce
        )
        self.assert_code("nonce_mismatch", client.verify_transaction, token, "pay 10", "other")
        self.assert_code("token_kind_mismatch", client.verify_token, token)

    def test_an_api_key_without_the_scope_is_refused_by_the_grant(self):
        control("POST", f"v2/users/{ANN}/login")
        limited = control("POST", "v2/api-keys", {"scopes": ["profile:read"]})["api_key"]
        client = v2.Client(BASE_URL, limited)
        error = self.assert_code("forbidden", client.list_passkeys, username=ANN)
        self.assertIsInstance(error, errors.ApiError)
        self.assertEqual((error.operation, error.http_status), ("v2_create_grant", 403))

    def test_grants_and_the_version(self):
        grant = self.client.create_grant(ANN, "passkey:read")["token"]
        self.assert_code("token_kind_mismatch", self.client.verify_token, grant)
        self.client.create_external_auth(ANN)
        self.client.get_version()

    def test_each_type_of_result_was_compared(self):
        for test in (
            self.test_a_user_signs_up_and_logs_in_with_a_passkey,
            self.test_passkeys_by_name_and_by_token,
            self.test_codes_log_a_user_in,
            self.test_a_transaction_is_confirmed_and_verified,
            self.test_grants_and_the_version,
            self.test_an_authenticator_is_described,
        ):
            control("POST", "reset")
            test()
        classes = inspect.getmembers(results, lambda one: hasattr(one, "__required_keys__"))
        names = {name for name, _ in classes if not name.startswith("_")}
        self.assertEqual(names - self.seen, set())

    def test_there_are_27_calls_with_a_result_of_the_v2_package(self):
        names = public_calls(v2.Client)
        self.assertEqual(len(names), 27)
        for name in names:
            hint = typing.get_type_hints(getattr(v2.Client, name))["return"]
            self.assertIn(getattr(hint, "__module__", None), (results.__name__, "builtins"))


class Clients(unittest.TestCase):
    def setUp(self):
        control("POST", "reset")
        self.client = v2.Client.from_env()

    def test_each_way_to_make_one(self):
        for client in (
            v2.Client.from_env(),
            v2.Client(BASE_URL, API_KEY),
            v2.Client(base_url=BASE_URL, api_key=API_KEY),
            v2.Client.with_config(BASE_URL, api_key=API_KEY, request_timeout_ms=5000),
        ):
            with client:
                client.create_grant("ann", "passkey:read")
            with self.assertRaises(errors.InvalidArgumentError) as raised:
                client.get_version()
            self.assertEqual(raised.exception.code, "client_closed")

    def test_without_an_api_key(self):
        client = v2.Client(BASE_URL)
        self.assertIn("version", client.get_version())
        forget_requests()
        with self.assertRaises(errors.PrivateKeyError) as raised:
            client.list_passkeys(username="ann")
        self.assertEqual(raised.exception.code, "api_key_required")
        self.assertEqual(requests(), [])

    def test_bad_configurations_are_refused(self):
        for arguments, code in (
            ({"base_url": "https://x.example/path"}, "invalid_base_url"),
            ({"base_url": BASE_URL, "api_key": "a:b"}, "invalid_api_key"),
            ({"base_url": BASE_URL, "api_key": ""}, "empty_argument"),
        ):
            with self.assertRaises(LoginIDError) as raised:
                v2.Client(**arguments)
            self.assertEqual(raised.exception.code, code)
        with self.assertRaises(LoginIDError):
            v2.Client.with_config(BASE_URL, unknown=1)
        # As os.environ.get says of a variable that is not set.
        client = v2.Client.with_config(BASE_URL, api_key=None, application_id=None)
        self.assertIn("version", client.get_version())
        for wrong in ((7,), (BASE_URL, 7)):
            with self.assertRaises(TypeError):
                v2.Client(*wrong)

    def test_wrong_types_are_refused_by_name_before_a_request(self):
        forget_requests()
        calls = (
            ("username", lambda: self.client.list_passkeys(username=7)),
            ("passkey_id", lambda: self.client.delete_passkey(7, username="ann")),
            ("device_info", lambda: self.client.register_init("ann", device_info=7)),
            ("display_name", lambda: self.client.register_init("ann", display_name={})),
            ("security_key", lambda: self.client.register_init("ann", security_key="no")),
            (
                "request_verification",
                lambda: self.client.set_email("1", "a@b.example", request_verification=1),
            ),
            ("creation_result", lambda: self.client.register_complete("s", 7)),
        )
        for name, call in calls:
            with self.assertRaisesRegex(TypeError, name):
                call()
        with self.assertRaises(TypeError):
            self.client.list_passkeys("ann")
        self.assertEqual(requests(), [])

    def test_device_info_may_be_a_dictionary_or_its_json(self):
        info = {"osName": "Linux", "é": [1.5, None, {"a": True}]}
        for given in (info, json.dumps(info), json.dumps(info).encode()):
            for begin in (self.client.register_init, self.client.authenticate_init):
                forget_requests()
                begin(username="ann", device_info=given)
                self.assertEqual(requests()[0]["body"]["deviceInfo"], info)
        forget_requests()
        for wrong in ("{", "", "[]", '{}, "user_agent": "x"', b"\xff", "[" * 100_000):
            with self.assertRaises(errors.InvalidArgumentError) as raised:
                self.client.register_init("ann", device_info=wrong)
            self.assertIn("device_info", raised.exception.message)
        self.assertEqual(requests(), [])

    def test_a_username_type_that_is_not_given_is_other(self):
        for call in (
            lambda **given: self.client.send_otp_email("ann", **given),
            lambda **given: self.client.send_otp_sms("ann", **given),
        ):
            forget_requests()
            call()
            call(username_type=None)
            call(username_type="other")
            kinds = {request["body"]["user"]["usernameType"] for request in requests()}
            self.assertEqual((len(requests()), kinds), (3, {"other"}))

    def test_options_are_sent_and_the_log_functions_are_shared(self):
        events = []
        self.client.on_attempt(events.append)
        derived = self.client.with_options(
            timeout=30, max_retries=0, headers={"X-Tenant": "two"}, request_id="trace-42"
        )
        self.assertIs(type(derived), v2.Client)
        self.client.close()
        gc.collect()
        derived.get_version()
        (sent,) = requests()
        self.assertIn(["x-tenant", "two"], sent["headers"])
        self.assertIn(["request-id", "trace-42"], sent["headers"])
        self.assertEqual([event["operation"] for event in events], ["v2_get_version"])
        texts = []
        derived.set_log_callback(texts.append)
        derived.get_version()
        self.assertEqual(json.loads(texts[0])["request_id"], "trace-42")

    def test_a_client_is_used_on_both_sides_of_a_fork_and_by_threads(self):
        token = control("POST", "v2/users/ada/login")["jwtAccess"]
        failures = []

        def use():
            try:
                for _ in range(5):
                    self.client.verify_token(token, username="ada")
                    self.client.list_passkeys(username="ada")
            except BaseException as failure:
                failures.append(failure)

        use()
        child = os.fork()
        if child == 0:
            use()
            os._exit(len(failures))
        threads = [threading.Thread(target=use) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        _, status = os.waitpid(child, 0)
        self.assertEqual((os.waitstatus_to_exitcode(status), failures), (0, []))

    def test_the_timeout_is_in_seconds(self):
        fault("/fido2/v2/version", "delay", ms=60000)
        with self.assertRaises(errors.TimeoutError):
            self.client.with_options(timeout=0.2).get_version()

    def test_another_thread_cancels_any_call(self):
        fault("/fido2/v2/version", "delay", ms=60000)
        cancel = Cancel()
        derived = self.client.with_options(cancel=cancel)

        def trigger():
            wait_for_request("/fido2/v2/version")
            cancel.trigger()

        thread = threading.Thread(target=trigger)
        forget_requests()
        thread.start()
        with self.assertRaises(errors.CancelledError):
            derived.get_version()
        thread.join()
        with self.assertRaises(errors.CancelledError):
            derived.verify_token("a.b.c")

    def test_secrets_are_in_no_error(self):
        client = v2.Client.with_config(BASE_URL, api_key="canary-key")
        for call in (
            lambda: client.create_grant("ann", "passkey:read"),
            lambda: client.verify_otp("ann", "canary-code"),
            lambda: client.list_passkeys(token="canary-token"),
            lambda: client.complete_tx("canary-session-000", {"id": "a"}),
        ):
            with self.assertRaises(LoginIDError) as raised:
                call()
            self.assertNotIn("canary", str(raised.exception) + raised.exception.json)
            self.assertNotIn("canary", repr(raised.exception))
        self.assertNotIn("canary", repr(client))


if __name__ == "__main__":
    unittest.main()
