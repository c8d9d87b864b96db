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
from pathlib import Path

from emulator import ROOT, control, fault
from libloginid.testing import Emulator

PAGES = ROOT / "docs/python"
BLOCK = re.compile(r"^```python\n# ([\w.]+)\n(.*?)^```", re.DOTALL | re.MULTILINE)
DJANGO = {
    "settings.py": """
SECRET_KEY = "of the test"
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "urls"
SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "middleware.LoginIDErrors",
]
""",
    "urls.py": """
from django.urls import path
import views
urlpatterns = [path("login", views.login), path("passkeys", views.passkeys)]
""",
    "app.py": """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
from django.core.wsgi import get_wsgi_application
app = get_wsgi_application()
""",
    "conftest.py": "import app",
}

# A view that awaits its call.
ASYNC_DJANGO = {
    "asgi.py": """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
from django.core.asgi import get_asgi_application
app = get_asgi_application()
""",
    "urls.py": """
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


def programs(page):
    """The programs of a page, by their files."""
    text = (PAGES / page).read_text()
    found = dict(BLOCK.findall(text))
    assert len(found) == text.count("```python\n") > 0, page
    return found


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


class Guide(unittest.TestCase):
    def setUp(self):
        control("POST", "reset")
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.environment = {
            **os.environ,
            "FLASK_SECRET_KEY": "of the test",
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "PYTHONPATH": os.pathsep.join(filter(None, [*sys.path, str(self.folder)])),
        }

    def write(self, files):
        for name, text in files.items():
            (self.folder / name).write_text(text)

    def run_tests(self):
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
        self.assertRegex(ended.stdout, r"2 passed")

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

    def ask(self, path, body=None, cookie=None):
        """Sends a request to the server, and returns status, cookie and answer."""
        headers = {"Content-Type": "application/json"}
        if cookie:
            headers["Cookie"] = cookie
        data = None if body is None else json.dumps(body).encode()
        url = f"http://127.0.0.1:{self.port}{path}"
        request = urllib.request.Request(url, data, headers)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                cookie = (answer.headers.get("Set-Cookie") or "").split(";")[0]
                return answer.status, cookie, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, None, error.read()

    def log_in(self, name):
        token = Emulator.current().log_in(name)["jwtAccess"]
        status, cookie, _ = self.ask("/login", {"token": token})
        self.assertEqual(status, 204, self.log.read_text())
        return cookie

    def use_the_backend(self):
        """Users log in and list their passkeys, several at once."""
        failures = []

        def user(name):
            try:
                cookie = self.log_in(name)
                for _ in range(3):
                    status, _, answer = self.ask("/passkeys", cookie=cookie)
                    self.assertEqual(status, 200)
                    self.assertEqual(len(json.loads(answer)["passkeys"]), 1)
            except BaseException as failure:
                failures.append(failure)

        threads = [threading.Thread(target=user, args=(f"user-{n}",)) for n in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [], self.log.read_text())
        self.assertEqual(self.ask("/login", {"token": "a.b.c"})[0], 401)
        self.assertEqual(self.ask("/passkeys")[0], 401)

    def use_a_busy_service(self):
        cookie = self.log_in("ada")
        fault("/fido2/v2/passkeys", "status", code=503)
        status, _, answer = self.ask("/passkeys", cookie=cookie)
        self.assertEqual(status, 503)
        self.assertEqual(json.loads(answer), {"error": "try again later"})

    def leave_during_a_call(self, server, token):
        """A client disconnects while the service is slow, and this ends the call."""

        fault("/fido2/v2/passkeys", "delay", ms=60_000)
        control("DELETE", "requests")
        with socket.create_connection(("127.0.0.1", self.port)) as client:
            head = f"GET /passkeys HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}\r\n\r\n"
            client.sendall(head.encode())
            path = "requests?path=/fido2/v2/passkeys"
            self.until(lambda: control("GET", path)["count"])
            self.assertGreater(connections(server.pid), 0)
            left = time.monotonic()
        # The connection of a call that has ended early is not used again.
        self.until(lambda: connections(server.pid) == 0)
        self.assertLess(time.monotonic() - left, 3, "the call ran into its own limit")


class Frameworks(Guide):
    def test_flask(self):
        self.write(programs("flask.md"))
        self.run_tests()
        self.serve("gunicorn", "-w", "1", "--threads", "4", "app:app", "-b")
        self.use_the_backend()
        self.use_a_busy_service()
        self.assertIn("request id:", self.log.read_text())

    def test_django(self):
        self.write({**DJANGO, **programs("django.md")})
        self.run_tests()
        self.serve("gunicorn", "-w", "1", "--threads", "4", "app:app", "-b")
        self.use_the_backend()
        self.use_a_busy_service()
        self.assertIn("request id:", self.log.read_text())

    def test_django_with_asyncio(self):
        self.write({**DJANGO, **programs("django.md"), **ASYNC_DJANGO})
        server = self.serve("uvicorn", "asgi:app", "--port")
        self.leave_during_a_call(server, Emulator.current().log_in("ada")["jwtAccess"])

    def test_fastapi(self):
        self.write(programs("fastapi.md"))
        self.run_tests()
        server = self.serve("uvicorn", "app:app", "--port")
        token = Emulator.current().log_in("ada")["jwtAccess"]
        self.assertEqual(self.ask("/login", {"token": token})[0], 200)

        self.leave_during_a_call(server, token)
        self.assertNotIn("Traceback", self.log.read_text())


class Servers(Guide):
    def test_gunicorn_with_preloading_and_workers(self):
        self.write({**programs("flask.md"), **programs("gunicorn.md")})
        server = self.serve("gunicorn", "app:app", "-b")
        self.use_the_backend()
        server.send_signal(signal.SIGTERM)
        self.assertEqual(server.wait(60), 0)
        self.assertEqual(self.log.read_text().count("Booting worker"), 2)

    def test_gunicorn_with_gevent(self):
        self.write(programs("flask.md"))
        self.serve("gunicorn", "-k", "gevent", "-w", "1", "app:app", "-b")
        cookie = self.log_in("ada")
        # One greenlet waits for the service, and another one is served by the same worker.
        fault("/fido2/v2/passkeys", "delay", ms=3000)
        answers = []
        slow = threading.Thread(
            target=lambda: answers.append(self.ask("/passkeys", cookie=cookie)[0])
        )
        control("DELETE", "requests")
        slow.start()
        path = "requests?path=/fido2/v2/passkeys"
        self.until(lambda: control("GET", path)["count"])
        self.log_in("grace")
        self.assertEqual(answers, [])
        slow.join()
        self.assertEqual(answers, [200], self.log.read_text())


if __name__ == "__main__":
    unittest.main()
