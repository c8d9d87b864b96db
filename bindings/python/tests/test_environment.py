"""Proxies and trusted roots of the environment, as the official package has them."""

import contextlib
import os
import socket
import subprocess
import sys
import threading
import unittest
from unittest import mock

import libloginid
import loginid
from emulator import BASE_URL, CLIENT_ID, PRIVATE_KEY, control
from libloginid import LoginID, LoginIDError, LoginIdManagement, aio, errors

# A name that only the proxy resolves: only this machine is connected to.
ELSEWHERE = "https://service.test"
VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
# Run under an emulator with a certificate of its own.
OVER_TLS = """
import os, sys
from libloginid import LoginIDError, LoginIdManagement
import libloginid, loginid
make = lambda package: package.LoginIdManagement(
    os.environ["LOGINID_CLIENT_ID"],
    os.environ["LOGINID_PRIVATE_KEY"].replace("\\\\n", "\\n"),
    os.environ["LOGINID_BASE_URL"],
)
os.environ[sys.argv[1]] = os.environ.pop("LOGINID_CA_FILE")
make(loginid).add_user_without_credentials("ada")
print(make(libloginid).get_user("ada")["username"])
LoginIdManagement.trust_env = False
try:
    make(libloginid).get_user("ada")
except LoginIDError as error:
    print(error.status)
"""


class RefusingProxy:
    """Refuses each tunnel, and records the first line of the last request."""

    def __init__(self):
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.asked = b""
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_exception):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()

    def _serve(self):
        # Closing the listener is an OSError.
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                with client:
                    head = b""
                    while not head.endswith(b"\r\n\r\n"):
                        head += client.recv(1)
                    self.asked = head.split(b"\r\n")[0]
                    client.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")


class Environment(unittest.TestCase):
    def setUp(self):
        control("POST", "reset")
        names = [*VARIABLES, *map(str.upper, VARIABLES), *BUNDLES]
        kept = {name: value for name, value in os.environ.items() if name not in names}
        patched = mock.patch.dict(os.environ, kept, clear=True)
        patched.start()
        self.addCleanup(patched.stop)

    def asked(self, make, variable="HTTPS_PROXY"):
        """What a proxy of the environment is asked for in the name of a client."""
        with RefusingProxy() as proxy, mock.patch.dict(os.environ, {variable: proxy.url}):
            # The two packages raise different ones.
            with self.assertRaises(Exception):  # noqa: B017
                make().get_user("ada")
        return proxy.asked

    def test_a_proxy_is_used_as_in_the_official_package(self):
        for package in (loginid, libloginid):
            for variable in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
                with self.subTest(package.__name__, variable=variable):
                    asked = self.asked(
                        lambda: package.LoginIdManagement(CLIENT_ID, PRIVATE_KEY, ELSEWHERE),
                        variable,
                    )
                    self.assertTrue(
                        asked.startswith(b"CONNECT service.test:443 HTTP/1."), asked
                    )

    def test_asyncio_too(self):
        asked = self.asked(
            lambda: aio.LoginIdManagement(CLIENT_ID, PRIVATE_KEY, ELSEWHERE)._blocking
        )
        self.assertTrue(asked.startswith(b"CONNECT"), asked)

    def test_this_machine_is_reached_directly(self):
        os.environ["HTTP_PROXY"] = os.environ["http_proxy"] = "http://127.0.0.1:1"
        client = LoginIdManagement(CLIENT_ID, PRIVATE_KEY, BASE_URL)
        self.assertEqual(client.add_user_without_credentials("ada")["username"], "ada")

    def test_the_switch_and_the_other_constructors_ignore_it(self):
        class Own(LoginIdManagement):
            trust_env = False

        os.environ["HTTPS_PROXY"] = "not a proxy"
        with self.assertRaises(errors.ConfigError) as raised:
            LoginID(CLIENT_ID, PRIVATE_KEY, ELSEWHERE)
        self.assertEqual(raised.exception.code, "invalid_proxy")
        for make in (
            lambda: Own(CLIENT_ID, PRIVATE_KEY, ELSEWHERE),
            lambda: LoginID.with_config(CLIENT_ID, base_url=ELSEWHERE),
            LoginID.from_env,
        ):
            make().close()

    def test_errors_of_arguments_are_the_same(self):
        def codes():
            for client in (LoginID, LoginIdManagement):
                for arguments in (
                    ("", PRIVATE_KEY, BASE_URL),
                    (None, PRIVATE_KEY, BASE_URL),
                    ("a b", PRIVATE_KEY, BASE_URL),
                    ("a\0b", PRIVATE_KEY, BASE_URL),
                    (7, PRIVATE_KEY, BASE_URL),
                    (CLIENT_ID, "bad", BASE_URL),
                    (CLIENT_ID, PRIVATE_KEY, "ftp://service.test"),
                    (CLIENT_ID, PRIVATE_KEY, "http://service.test"),
                ):
                    with self.assertRaises((TypeError, LoginIDError)) as raised:
                        client(*arguments)
                    yield str(raised.exception)

        without = list(codes())
        os.environ["HTTPS_PROXY"] = "http://127.0.0.1:1"
        self.assertEqual(list(codes()), without)

    def test_a_bundle_is_trusted_as_in_the_official_package(self):
        emulator = os.environ.get("LOGINID_EMULATOR") or "loginid-emulator"
        for variable in BUNDLES:
            with self.subTest(variable):
                ended = subprocess.run(
                    [emulator, "exec", "--tls", "--", sys.executable]
                    + ["-W", "ignore", "-c", OVER_TLS, variable],
                    capture_output=True,
                    text=True,
                    timeout=120,
                )
                self.assertEqual(ended.returncode, 0, ended.stderr)
                self.assertEqual(ended.stdout, "ada\nLID_ERROR_TLS\n")

    def test_a_program_with_more_rights_than_its_user_ignores_it(self):
        os.environ.update(
            {"HTTPS_PROXY": "not a proxy", "REQUESTS_CA_BUNDLE": "/nonexistent.pem"}
        )
        for function in ("geteuid", "getegid"):
            with mock.patch(f"os.{function}", return_value=7777):
                LoginID(CLIENT_ID, PRIVATE_KEY, ELSEWHERE).close()

    def test_a_bundle_that_cannot_be_read_is_an_error(self):
        os.environ["REQUESTS_CA_BUNDLE"] = "/nonexistent.pem"
        with self.assertRaises(errors.ConfigError) as raised:
            LoginID(CLIENT_ID, PRIVATE_KEY, BASE_URL)
        self.assertIn("/nonexistent.pem", str(raised.exception))


if __name__ == "__main__":
    unittest.main()
