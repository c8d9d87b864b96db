"""Plain http to another machine: only with ``allow_http``, and then it is plain http."""

import os
import socket
import threading
import unittest
from unittest import mock
from urllib.parse import urlsplit

from emulator import BASE_URL, CLIENT_ID, PRIVATE_KEY, control
from libloginid import LoginID, LoginIDError, LoginIdManagement

# A name that only the proxy resolves: only this machine is connected to.
ELSEWHERE = "http://service.test"


class Proxy:
    """Tunnels each connection to the emulator, and records the data."""

    def __init__(self):
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.asked = b""
        self.sent = b""
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self._listener.close()
        self._thread.join()

    def _serve(self):
        client, _ = self._listener.accept()
        service = urlsplit(BASE_URL)
        with client, socket.create_connection((service.hostname, service.port)) as server:
            while not self.asked.endswith(b"\r\n\r\n"):
                self.asked += client.recv(1)
            client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            back = threading.Thread(target=self._carry, args=(server, client))
            back.start()
            while data := client.recv(65536):
                self.sent += data
                server.sendall(data)
            server.shutdown(socket.SHUT_WR)
            back.join()

    @staticmethod
    def _carry(source, target):
        while data := source.recv(65536):
            target.sendall(data)


class PlainHttp(unittest.TestCase):
    def setUp(self):
        control("POST", "reset")

    def refused(self, make):
        with self.assertRaises(LoginIDError) as raised:
            make()
        self.assertEqual(
            (raised.exception.status, raised.exception.error_code),
            ("LID_ERROR_CONFIG", "insecure_base_url"),
        )

    def test_it_is_refused_without_allow_http(self):
        self.refused(lambda: LoginID(CLIENT_ID, PRIVATE_KEY, ELSEWHERE))
        self.refused(lambda: LoginIdManagement(CLIENT_ID, PRIVATE_KEY, ELSEWHERE))
        self.refused(lambda: LoginID.with_config(CLIENT_ID, base_url=ELSEWHERE))
        self.refused(lambda: LoginID.with_config(CLIENT_ID, base_url=ELSEWHERE, allow_http=False))
        with mock.patch.dict(os.environ, {"LOGINID_BASE_URL": ELSEWHERE}):
            self.refused(LoginID.from_env)

    def test_with_allow_http_calls_are_sent_unencrypted(self):
        with Proxy() as proxy:
            fields = {"base_url": ELSEWHERE, "proxy": proxy.url, "private_key": PRIVATE_KEY}
            with LoginIdManagement.with_config(CLIENT_ID, allow_http=True, **fields) as client:
                client.add_user_without_credentials("ada")
                self.assertEqual(client.get_user("ada")["username"], "ada")
        self.assertTrue(proxy.asked.startswith(b"CONNECT service.test:80 HTTP/1.1\r\n"))
        self.assertTrue(proxy.sent.startswith(b"POST /manage/users HTTP/1.1\r\n"), proxy.sent)
        self.assertIn(b'"username":"ada"', proxy.sent)

    def test_the_environment_allows_it_too(self):
        variables = {"LOGINID_BASE_URL": ELSEWHERE, "LOGINID_ALLOW_HTTP": "true"}
        with mock.patch.dict(os.environ, variables):
            LoginID.from_env().close()


if __name__ == "__main__":
    unittest.main()
