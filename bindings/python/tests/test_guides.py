"""The programs of docs/python/ run under their frameworks and servers, with their own tests."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.error
import urllib.request
from importlib import metadata
from pathlib import Path

from emulator import ROOT, control, fault
from libloginid import v2
from libloginid.testing import Emulator

PAGES = ROOT / "docs/python"
# A program, and where it belongs: a file, or the end of one.
BLOCK = re.compile(
    r"^```python\n# ([\w./]+)(, at its end)?\n(.*?)^```", re.DOTALL | re.MULTILINE
)
PACKAGES = {
    "flask.md": "Flask",
    "django.md": "Django",
    "fastapi.md": "FastAPI",
    "gunicorn.md": "gunicorn",
}
DJANGO = {
    "templates/page.html": "<!doctype html><title>A shop</title>",
    # As pytest-django does.
    "conftest.py": """
import os
import django
from django.test.utils import setup_test_environment
os.environ["DJANGO_SETTINGS_MODULE"] = "shop.settings"
django.setup()
setup_test_environment()
""",
}

# A view that awaits its call.
ASYNC_DJANGO = {
    "shop/urls.py": """
from django.http import JsonResponse
from django.urls import path
from libloginid import aio
loginid = aio.v2.Client.from_env()
async def passkeys(request):
    token = request.headers["Authorization"].removeprefix("Bearer ")
    return JsonResponse(await loginid.list_passkeys(token=token))
urlpatterns = [path("passkeys", passkeys)]
""",
}
# What a stranger can send in place of a login.
NO_LOGINS = [
    b"",
    b"{",
    b"[]",
    b"{}",
    b"null",
    b"[" * 100_000,
    b"\xff",
    *(
        json.dumps({"jwtAccess": token}).encode()
        for token in (None, 5, True, ["a.b.c"], {}, "", "a\0b", "\ud800")
    ),
]


def programs(page):
    """The programs of a page by their files, and what belongs to the end of files."""
    text = (PAGES / page).read_text()
    blocks = BLOCK.findall(text)
    assert len(blocks) == text.count("```python\n") > 0, page
    files = {name: program for name, at_end, program in blocks if not at_end}
    return files, {name: program for name, at_end, program in blocks if at_end}


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def connections(process):
    """How many connections a process has to the emulator."""
    port = int(os.environ["LOGINID_EMULATOR_URL"].rpartition(":")[2])
    own = set()
    for descriptor in os.scandir(f"/proc/{process}/fd"):
        with contextlib.suppress(OSError):
            own.add(os.readlink(descriptor.path))
    lines = Path("/proc/net/tcp").read_text() + Path("/proc/net/tcp6").read_text()
    fields = [line.split() for line in lines.splitlines()]
    return sum(
        one[2].endswith(f":{port:04X}") and f"socket:[{one[9]}]" in own
        for one in fields
        if one[0] != "sl"
    )


class Visitor:
    """A browser with its cookies, which sends what the page of docs/v2/web.md sends."""

    def __init__(self, port):
        self.port = port
        self.cookies = {}

    def ask(self, method, path, body=None, headers=()):
        """Sends a request; returns status, JSON and headers of the answer."""
        headers = {"Content-Type": "application/json", **dict(headers)}
        if self.cookies:
            headers["Cookie"] = "; ".join(map("=".join, self.cookies.items()))
        if "csrftoken" in self.cookies:
            headers["X-CSRFToken"] = self.cookies["csrftoken"]
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        url = f"http://127.0.0.1:{self.port}{path}"
        request = urllib.request.Request(url, body, headers, method=method)
        try:
            answer = urllib.request.urlopen(request, timeout=60)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            for cookie in answer.headers.get_all("Set-Cookie") or ():
                name, _, value = cookie.partition(";")[0].partition("=")
                self.cookies[name] = value
            text = answer.read()
            is_json = answer.headers.get_content_type() == "application/json"
            return answer.status, json.loads(text) if is_json else text, answer.headers

    def log_in(self, username):
        token = Emulator.current().log_in(username)["jwtAccess"]
        return self.ask("POST", "/session", {"jwtAccess": token})[:2]


class Guide(unittest.TestCase):
    # Whether the page has a cookie that each request repeats in a header.
    has_csrf_token = False

    def setUp(self):
        control("POST", "reset")
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.environment = {
            **os.environ,
            "FLASK_SECRET_KEY": "of the test",
            "SESSION_SECRET": "of the test",
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "PYTHONPATH": os.pathsep.join(filter(None, [*sys.path, str(self.folder)])),
        }

    def write(self, *pages, **further):
        """Writes the programs of pages and other files."""
        ends = {}
        files = dict(further.get("files", {}))
        for page in pages:
            whole, at_end = programs(page)
            files = {**whole, **files}
            ends.update(at_end)
        for name, text in files.items():
            (self.folder / name).parent.mkdir(exist_ok=True)
            (self.folder / name).write_text(text)
        for name, text in ends.items():
            with (self.folder / name).open("a") as file:
                file.write(text)

    def run_tests(self, count):
        """Runs the tests of a page."""
        pytest = [sys.executable, "-m", "pytest", "-q", "-p", "libloginid.pytest_plugin"]
        ended = subprocess.run(
            [*pytest, "-p", "no:cacheprovider", "."],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
        )
        self.assertEqual(ended.returncode, 0, ended.stdout)
        self.assertRegex(ended.stdout, rf"\b{count} passed")

    def serve(self, *command):
        """Starts a server, whose address is the last argument, and waits until it listens."""
        self.port = free_port()
        self.log = self.folder / "log"
        with self.log.open("wb") as log:
            server = subprocess.Popen(
                [sys.executable, "-m", *command, str(self.port)]
                if command[0] == "uvicorn"
                else [sys.executable, "-m", *command, f"127.0.0.1:{self.port}"],
                cwd=self.folder,
                env=self.environment,
                stdout=log,
                stderr=log,
            )
        self.addCleanup(server.wait)
        self.addCleanup(server.kill)
        self.until(self.listens)
        return server

    def listens(self):
        with socket.socket() as client:
            return client.connect_ex(("127.0.0.1", self.port)) == 0

    def until(self, condition):
        deadline = time.monotonic() + 60
        while not condition():
            self.assertLess(time.monotonic(), deadline, self.log.read_text())
            time.sleep(0.02)

    def visitor(self):
        """A visitor who has opened the page."""
        visitor = Visitor(self.port)
        if self.has_csrf_token:
            self.assertEqual(visitor.ask("GET", "/")[0], 200, self.log.read_text())
            self.assertIn("csrftoken", visitor.cookies)
        return visitor

    def logged_in(self, username):
        visitor = self.visitor()
        answer = visitor.log_in(username)
        self.assertEqual(answer, (200, {"username": username}), self.log.read_text())
        return visitor

    def assert_answer(self, answer, status, code):
        self.assertEqual(answer[:2], (status, {"code": code}), self.log.read_text())

    def use_the_backend(self):
        """Users log in and list their passkeys, several at once."""
        failures = []

        def user(name):
            try:
                visitor = self.logged_in(name)
                for _ in range(3):
                    status, answer, _ = visitor.ask("GET", "/passkeys")
                    self.assertEqual(status, 200)
                    self.assertEqual(len(answer["passkeys"]), 1)
            except BaseException as failure:
                failures.append(failure)

        threads = [threading.Thread(target=user, args=(f"user-{n}",)) for n in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [], self.log.read_text())

    def use_each_answer(self):
        """Each answer that the page of docs/v2/web.md can get."""
        visitor = self.visitor()
        for body in NO_LOGINS:
            with self.subTest(body[:40]):
                status, answer, _ = visitor.ask("POST", "/session", body)
                self.assertEqual(status, 400, self.log.read_text())
                self.assertEqual(answer, {"code": "bad_request"})
        if not self.has_csrf_token:
            # What another site's form can send.
            login = {"jwtAccess": Emulator.current().log_in("ada")["jwtAccess"]}
            form = {"Content-Type": "text/plain"}
            answer = visitor.ask("POST", "/session", login, headers=form)
            self.assert_answer(answer, 400, "bad_request")
        self.assert_answer(visitor.ask("GET", "/passkeys"), 401, "login_required")

        claims = {
            "aud": os.environ["LOGINID_V2_APPLICATION_ID"],
            "iss": os.environ["LOGINID_V2_BASE_URL"],
            "username": "ada",
            "exp": 2,
        }
        expired = control("POST", "v2/tokens", {"claims": claims})["token"]
        grant = v2.Client.from_env().create_grant("ada", "passkey:read")["token"]
        for token, code in (
            ("a.b.c", "malformed_token"),
            (expired, "token_expired"),
            (grant, "token_kind_mismatch"),
        ):
            answer = visitor.ask("POST", "/session", {"jwtAccess": token})
            self.assert_answer(answer, 401, code)
        self.assert_answer(visitor.ask("GET", "/passkeys"), 401, "login_required")

        visitor = self.logged_in("ada")
        (passkey,) = visitor.ask("GET", "/passkeys")[1]["passkeys"]
        # The next login begins a new session.
        self.assertEqual(visitor.log_in("grace"), (200, {"username": "grace"}))
        (other,) = visitor.ask("GET", "/passkeys")[1]["passkeys"]
        self.assertNotEqual(passkey["id"], other["id"])
        self.assertEqual(visitor.ask("DELETE", "/session")[:2], (200, {}))
        self.assert_answer(visitor.ask("GET", "/passkeys"), 401, "login_required")

        visitor = self.logged_in("ada")
        self.use_errors_of_the_service(visitor)
        v2.Client.from_env().delete_user(Emulator.current().log_in("ada")["userId"])
        self.assert_answer(visitor.ask("GET", "/passkeys"), 404, "not_found")

    def use_errors_of_the_service(self, visitor):
        busy = {"code": 429, "headers": [["Retry-After", "7"]]}
        no_scope = {"code": 403, "body": '{"msg":"m","msgCode":"forbidden"}'}
        for members, status, code, wait in (
            ({"code": 503}, 503, "try_again_later", None),
            (busy, 503, "try_again_later", "7"),
            ({"code": 200, "body": "no JSON"}, 503, "try_again_later", None),
            (no_scope, 500, "internal_error", None),
        ):
            fault("/fido2/v2/passkeys", "status", **members)
            logged = self.log.read_text().count("request id: ")
            answer = visitor.ask("GET", "/passkeys")
            self.assert_answer(answer, status, code)
            self.assertEqual(answer[2].get("Retry-After"), wait)
            self.assertEqual(self.log.read_text().count("request id: "), logged + 1)
            control("DELETE", "faults")

    def leave_during_a_call(self, server, path, token):
        """A client disconnects while the service is slow, and this ends the call."""

        fault("/fido2/v2/passkeys", "delay", ms=60_000)
        control("DELETE", "requests")
        with socket.create_connection(("127.0.0.1", self.port)) as client:
            head = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}"
            client.sendall(f"{head}\r\n\r\n".encode())
            path = "requests?path=/fido2/v2/passkeys"
            self.until(lambda: control("GET", path)["count"])
            self.assertGreater(connections(server.pid), 0)
            left = time.monotonic()
        # The connection of a call that has ended early is not used again.
        self.until(lambda: connections(server.pid) == 0)
        self.assertLess(time.monotonic() - left, 3, "the call ran into its own limit")


class Frameworks(Guide):
    def test_each_page_says_which_version_was_tested(self):
        for page, name in PACKAGES.items():
            text = (PAGES / page).read_text()
            self.assertIn(f"Tested with {name} {metadata.version(name)} on Python 3.", text)

    def test_flask(self):
        self.write("flask.md")
        self.run_tests(2)
        self.serve("gunicorn", "-w", "1", "--threads", "4", "app:app", "-b")
        self.use_the_backend()
        self.use_each_answer()

    def test_fastapi(self):
        self.write("fastapi.md")
        self.run_tests(3)
        self.serve("uvicorn", "app:app", "--port")
        self.use_the_backend()
        self.use_each_answer()

        token = Emulator.current().log_in("ada")["jwtAccess"]
        headers = {"Authorization": f"Bearer {token}"}
        path = "/app/passkeys"
        visitor = self.visitor()
        self.assertEqual(visitor.ask("GET", path, headers=headers)[0], 200)
        self.assert_answer(visitor.ask("GET", path), 401, "login_required")
        # The service no longer accepts it.
        refusal = '{"msg":"m","msgCode":"unauthorized"}'
        fault("/fido2/v2/passkeys", "status", code=401, body=refusal)
        self.assert_answer(visitor.ask("GET", path, headers=headers), 401, "unauthorized")
        self.assertNotIn("Traceback", self.log.read_text())

    def test_fastapi_ends_the_calls_of_a_client_that_disconnects(self):
        self.write("fastapi.md")
        server = self.serve("uvicorn", "app:app", "--port")
        token = Emulator.current().log_in("ada")["jwtAccess"]
        self.leave_during_a_call(server, "/app/passkeys", token)
        self.assertNotIn("Traceback", self.log.read_text())


class Django(Guide):
    has_csrf_token = True

    def setUp(self):
        super().setUp()
        # With the settings and the middleware that a new project has.
        command = [sys.executable, "-m", "django", "startproject", "shop", "."]
        subprocess.run(command, cwd=self.folder, env=self.environment, check=True)

    def test_django(self):
        self.write("django.md", files=DJANGO)
        self.run_tests(3)
        self.serve("gunicorn", "-w", "1", "--threads", "4", "shop.wsgi", "-b")
        self.use_the_backend()
        self.use_each_answer()
        forger = self.visitor()
        forger.cookies["csrftoken"] = ""
        self.assertEqual(forger.log_in("ada")[0], 403)

    def test_django_with_asyncio(self):
        self.write("django.md", files={**DJANGO, **ASYNC_DJANGO})
        server = self.serve("uvicorn", "shop.asgi:application", "--port")
        token = Emulator.current().log_in("ada")["jwtAccess"]
        self.leave_during_a_call(server, "/passkeys", token)


class Servers(Guide):
    def test_gunicorn_with_preloading_and_workers(self):
        self.write("flask.md", "gunicorn.md")
        server = self.serve("gunicorn", "app:app", "-b")
        self.use_the_backend()
        server.send_signal(signal.SIGTERM)
        self.assertEqual(server.wait(60), 0)
        self.assertEqual(self.log.read_text().count("Booting worker"), 2)

    def test_gunicorn_with_gevent(self):
        self.write("flask.md")
        self.serve("gunicorn", "-k", "gevent", "-w", "1", "app:app", "-b")
        visitor = self.logged_in("ada")
        # One greenlet waits for the service, and another one is served by the same worker.
        fault("/fido2/v2/passkeys", "delay", ms=3000)
        answers = []
        slow = threading.Thread(
            target=lambda: answers.append(visitor.ask("GET", "/passkeys")[0])
        )
        control("DELETE", "requests")
        slow.start()
        path = "requests?path=/fido2/v2/passkeys"
        self.until(lambda: control("GET", path)["count"])
        self.logged_in("grace")
        self.assertEqual(answers, [])
        slow.join()
        self.assertEqual(answers, [200], self.log.read_text())


if __name__ == "__main__":
    unittest.main()
