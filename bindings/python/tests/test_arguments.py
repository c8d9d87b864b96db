"""Arguments of each method: a wrong type is a TypeError that names the argument."""

import copy
import decimal
import fractions
import functools
import inspect
import json
import math
import pickle
import threading
import typing
import unittest
import uuid
from pathlib import Path
from tempfile import TemporaryDirectory

import libloginid
from emulator import BASE_URL, CLIENT_ID, PRIVATE_KEY, control, forget_requests, requests
from libloginid import Attempt, Cancel, LoginID, LoginIDError, LoginIdManagement
from libloginid._arguments import Browser, Id
from test_wire import CALLS, send

# A value for each type in a signature, and values of another type.
TEXTS = (7, 7.5, True, False, ["ada"], {"name": "ada"}, object(), ("ada",))
TYPES = {
    str: ("short", TEXTS),
    Id: ("short", TEXTS),
    bool: (False, ("false", "true", "", 0, 1, None, [], object())),
    Browser: ({"challenge": "c"}, (7, True, None, ["c"], object())),
    float: (5.0, ("5", "", True, False, [5], decimal.Decimal(5), 5j, object())),
    int: (1, ("1", 1.5, True, [1], object())),
    typing.Dict[str, str]: ({"X-A": "1"}, (7, "x", ["x"], object())),
    Cancel: (Cancel(), (7, True, "cancel", Cancel, threading.Event())),
    typing.Callable[[str], object]: (print, (7, "print", ["print"])),
    typing.Callable[[Attempt], object]: (print, (7, "print", ["print"])),
    typing.Any: (None, ()),
}


def methods():
    """Each public method of the larger client, with the types of its parameters."""
    for name, method in inspect.getmembers(LoginIdManagement, inspect.isfunction):
        if name.startswith("_") and name != "__init__":
            continue
        hints = typing.get_type_hints(method)
        parameters = list(inspect.signature(method).parameters.values())[1:]
        types = {}
        for parameter in parameters:
            hint = hints[parameter.name]
            if hint not in TYPES:
                # Optional[...] is a union, like Id; the rest is the type.
                rest = tuple(a for a in typing.get_args(hint) if a is not type(None))
                hint = typing.Union[rest]
            types[parameter.name] = hint
        yield name, types


class Types(unittest.TestCase):
    def setUp(self):
        control("POST", "reset")
        self.client = LoginIdManagement(CLIENT_ID, PRIVATE_KEY, BASE_URL)

    def test_every_parameter_refuses_other_types_and_is_named(self):
        forget_requests()
        tried = 0
        for method, types in methods():
            good = {name: TYPES[hint][0] for name, hint in types.items()}
            good.update({"algo": "ES256"} if "algo" in types else {})
            for name, hint in types.items():
                for wrong in TYPES[hint][1]:
                    with self.subTest(method=method, parameter=name, value=wrong):
                        with self.assertRaises(TypeError) as raised:
                            getattr(self.client, method)(**{**good, name: wrong})
                        self.assertTrue(str(raised.exception).startswith(f"{name} must be "))
                    tried += 1
        self.assertGreater(tried, 700)
        self.assertEqual(requests(), [])

    def test_functions_and_other_constructors_refuse_them_too(self):
        for call, name in (
            (lambda: libloginid.json_get({}, "/a"), "document"),
            (lambda: libloginid.json_get("{}", 7), "pointer"),
            (lambda: libloginid.status_name("7"), "status"),
            (lambda: libloginid.status_name(True), "status"),
            (lambda: libloginid.status_name(7.0), "status"),
            (lambda: LoginID(7), "client_id"),
            (lambda: LoginID(CLIENT_ID, 0), "private_key"),
            (lambda: LoginID(CLIENT_ID, None, False), "base_url"),
            (lambda: LoginID.with_config(7), "client_id"),
        ):
            with self.subTest(name):
                with self.assertRaises(TypeError) as raised:
                    call()
                self.assertTrue(str(raised.exception).startswith(f"{name} must be "))
        self.assertEqual(libloginid.status_name(2**32 + 7), "LID_UNKNOWN")
        self.assertEqual(libloginid.status_name(-(2**31)), "LID_UNKNOWN")

    def test_none_for_a_required_text_is_an_error_of_the_library(self):
        with self.assertRaises(LoginIDError) as raised:
            self.client.get_user(None)
        self.assertEqual(raised.exception.error_code, "null_argument")

    def test_only_true_makes_an_authorized_code(self):
        self.client.add_user_without_credentials("ada")
        forget_requests()
        for wrong in ("false", "true", 0, 1, None):
            with self.assertRaises(TypeError):
                self.client.generate_code(
                    "short", "temporary_authentication", wrong, username="ada"
                )
        self.assertEqual(requests(), [])
        for authorized in (True, False):
            code = self.client.generate_code(
                "short", "temporary_authentication", authorized, username="ada"
            )
            self.assertIs(code["is_authorized"], authorized)
            self.assertIs(requests()[-1]["body"]["authorize"], authorized)

    def test_ids_may_be_uuids(self):
        user = self.client.add_user_without_credentials("ada")
        id = uuid.UUID(user["id"])
        self.assertEqual(self.client.deactivate_user_by_id(id)["id"], user["id"])
        self.assertEqual(self.client.activate_user_by_id(id)["id"], user["id"])
        self.assertEqual(self.client.get_credentials(user_id=id)["credentials"], [])
        self.assertEqual(
            self.client.delete_by_user_id(id), f"user with id {user['id']} deleted"
        )


class Timeouts(unittest.TestCase):
    def setUp(self):
        control("POST", "reset")
        self.client = LoginIdManagement(CLIENT_ID, PRIVATE_KEY, BASE_URL)

    def wait(self, timeout):
        return self.client.authenticate_code_wait("nobody", "123456", "short", timeout)

    def test_an_invalid_timeout_is_a_value_error(self):
        forget_requests()
        for timeout in (0, -5, 0.0, -0.0, -1e-300, math.nan, math.inf, -math.inf):
            with self.subTest(timeout), self.assertRaises(ValueError) as raised:
                self.wait(timeout)
            self.assertTrue(str(raised.exception).startswith("timeout must be "))
            self.assertNotIsInstance(raised.exception, UnicodeError)
        self.assertEqual(requests(), [])

    def test_any_other_number_is_a_timeout(self):
        for timeout in (None, 5, 5.5, 1e300, 10**400, fractions.Fraction(11, 2)):
            with self.subTest(timeout), self.assertRaises(LoginIDError) as raised:
                self.wait(timeout)
            self.assertEqual(raised.exception.error_code, "user_not_found")

    def test_the_shortest_is_a_millisecond(self):
        self.client.add_user_without_credentials("ada")
        code = self.client.generate_code(
            "short", "temporary_authentication", False, username="ada"
        )["code"]
        with self.assertRaises(LoginIDError) as raised:
            self.client.authenticate_code_wait("ada", code, "short", timeout=1e-300)
        self.assertEqual(raised.exception.status, "LID_ERROR_TIMEOUT")


class Payloads(unittest.TestCase):
    def setUp(self):
        control("POST", "reset")
        self.client = LoginIdManagement(CLIENT_ID, PRIVATE_KEY, BASE_URL)

    def complete(self, payload):
        return self.client.authenticate_fido2_complete("ada", payload)

    def test_a_dictionary_and_its_json_are_the_same(self):
        answer = {"challenge": "c", "extensions": {}, "transports": [], "n": 1.5, "é": None}
        for payload in (answer, json.dumps(answer), json.dumps(answer).encode()):
            forget_requests()
            with self.assertRaises(LoginIDError):
                self.complete(payload)
            self.assertEqual(requests()[0]["body"]["assertion_payload"], answer)

    def test_values_without_a_json_form_are_refused_and_named(self):
        forget_requests()
        for wrong in ({"id": b"bytes"}, {"id": {1, 2}}, {"id": object()}, {(1, 2): "id"}):
            with self.subTest(wrong), self.assertRaises(TypeError) as mistyped:
                self.complete(wrong)
            self.assertIn("assertion_payload", str(mistyped.exception))
        within = {}
        within["self"] = within
        deep = {}
        for _ in range(100_000):
            deep = {"deeper": deep}
        for unwritable in ({"n": math.nan}, {"n": math.inf}, within, deep):
            with self.assertRaises(LoginIDError) as raised:
                self.complete(unwritable)
            self.assertEqual(raised.exception.error_code, "invalid_json")
            self.assertEqual(raised.exception.status, "LID_ERROR_INVALID_ARGUMENT")
        for text in ("{", "[]", "7", "[" * 100_000):
            with self.assertRaises(LoginIDError) as raised:
                self.complete(text)
            self.assertEqual(raised.exception.error_code, "invalid_json")
        self.assertEqual(requests(), [])


class Settings(unittest.TestCase):
    def test_a_path_and_bytes_are_texts(self):
        with TemporaryDirectory() as directory:
            file = Path(directory) / "key.pem"
            file.write_text(PRIVATE_KEY)
            for fields in ({"private_key_file": file}, {"private_key": PRIVATE_KEY.encode()}):
                client = LoginID.with_config(CLIENT_ID, base_url=BASE_URL, **fields)
                self.assertEqual(client.generate_service_token("users.retrieve").count("."), 2)

    def test_none_is_not_given(self):
        # As the variables of the environment that are not set.
        client = LoginID.with_config(CLIENT_ID, private_key=None, base_url=BASE_URL, proxy=None)
        # It has no key.
        self.assertEqual(client.generate_service_token("users.retrieve"), "")
        with self.assertRaises(LoginIDError) as raised:
            LoginID.with_config(None)
        self.assertEqual(raised.exception.error_code, "missing_field")

    def test_a_field_without_a_json_form_is_named(self):
        for wrong in ({"ca_pem"}, object()):
            with self.assertRaises(TypeError) as raised:
                LoginID.with_config(CLIENT_ID, ca_pem=wrong)
            self.assertIn("ca_pem", str(raised.exception))

    def test_only_booleans_are_booleans(self):
        for field in ("allow_http", "management", "require_exp"):
            for wrong in ("false", "true", 0, 1):
                with self.assertRaises(LoginIDError) as raised:
                    LoginID.with_config(CLIENT_ID, **{field: wrong})
                self.assertEqual(raised.exception.status, "LID_ERROR_CONFIG")
                self.assertIn(field, raised.exception.message)


class Copies(unittest.TestCase):
    def test_owners_of_native_memory_cannot_be_copied(self):
        client = LoginIdManagement(CLIENT_ID, PRIVATE_KEY, BASE_URL)
        for owner in (
            Cancel(),
            LoginID(CLIENT_ID, None, BASE_URL),
            LoginIdManagement.with_config(CLIENT_ID, base_url=BASE_URL),
            LoginID.from_env(),
            client,
            client._handle,
        ):
            ways = [copy.copy, copy.deepcopy, lambda o: copy.deepcopy({"held": o})]
            for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
                ways.append(functools.partial(pickle.dumps, protocol=protocol))
            for way in ways:
                with self.assertRaises(TypeError) as raised:
                    way(owner)
                name = type(owner).__name__
                self.assertTrue(
                    str(raised.exception).startswith(f"a {name} cannot be copied or pickled")
                )
        # It still works.
        client.add_user_without_credentials("copied")

    def test_a_subclass_may_define_how_it_is_copied(self):
        again = pickle.loads(pickle.dumps(Remade()))
        self.assertEqual(again.client_id(), CLIENT_ID)


class Remade(LoginID):
    def __init__(self):
        super().__init__(CLIENT_ID, None, BASE_URL)

    def __reduce__(self):
        return Remade, ()


class Closed(unittest.TestCase):
    def setUp(self):
        control("POST", "reset")

    def refused(self, call):
        with self.assertRaises(LoginIDError) as raised:
            call()
        error = raised.exception
        self.assertEqual(
            (error.error_code, error.status, error.status_code),
            ("client_closed", "LID_ERROR_INVALID_ARGUMENT", 400),
        )
        self.assertFalse(error.retryable)

    def test_every_method_is_the_same_error(self):
        client = LoginIdManagement(CLIENT_ID, PRIVATE_KEY, BASE_URL)
        for _ in range(3):
            client.close()
        forget_requests()
        for call in CALLS:
            with self.subTest(call["function"]):
                self.refused(lambda: send(client, call["function"], call["arguments"]))
        for call in (
            lambda: client.generate_service_token("users.retrieve"),
            lambda: client.generate_tx_auth_token("pay"),
            lambda: client.create_transaction("pay"),
            lambda: client.verify_token("token"),
            lambda: client.verify_token("token", ""),
            lambda: client.verify_and_decode_token("token"),
            lambda: client.verify_transaction("token", "pay"),
            lambda: client.verify_and_decode_transaction("token", "pay"),
            lambda: client.set_log_callback(print),
            lambda: client.set_log_callback(None),
            lambda: client.on_attempt(print),
            lambda: client.on_attempt(None),
            lambda: client.__enter__(),
        ):
            self.refused(call)
        self.assertEqual(requests(), [])
        self.assertEqual(client.client_id(), CLIENT_ID)

    def test_a_client_that_was_never_made_is_the_same_error(self):
        self.refused(lambda: LoginIdManagement.__new__(LoginIdManagement).get_user("ada"))

    def test_closing_while_threads_call(self):
        LoginIdManagement(CLIENT_ID, PRIVATE_KEY, BASE_URL).add_user_without_credentials("ada")
        for _ in range(30):
            client = LoginIdManagement(CLIENT_ID, PRIVATE_KEY, BASE_URL)
            client.set_log_callback(lambda event: None)
            seen = []
            ready = threading.Barrier(9)

            def work():
                ready.wait()
                for _ in range(1000):
                    try:
                        client.generate_service_token("users.retrieve")
                        client.get_user("ada")
                    except LoginIDError as error:
                        seen.append(error.error_code)
                        return

            threads = [threading.Thread(target=work) for _ in range(8)]
            for thread in threads:
                thread.start()
            ready.wait()
            client.close()
            client.close()
            for thread in threads:
                thread.join()
            self.assertEqual(seen, ["client_closed"] * 8)


if __name__ == "__main__":
    unittest.main()
