"""``libloginid.testing`` and the plugin of pytest, which start emulators of their own."""

import os
import signal
import ssl
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path
from unittest import mock
from urllib.request import HTTPSHandler, ProxyHandler, build_opener

import libloginid
from emulator import ROOT, printed_by, run_python, start_python
from libloginid import v2
from libloginid.testing import Emulator

TESTS = """\
import os

import pytest
from libloginid import LoginIdManagement, errors, v2


@pytest.mark.parametrize("time", (1, 2))
def test_a_login(loginid_emulator, time):
    token = loginid_emulator.log_in("ada@example.com")["jwtAccess"]
    with v2.Client.from_env() as client:
        assert client.verify_token(token)["claims"]["username"] == "ada@example.com"
    # Each test begins without users.
    client = LoginIdManagement.from_env()
    client.add_user_without_credentials("ada")


def test_an_error(loginid_emulator):
    loginid_emulator.control("POST", "faults", {"fault": {"kind": "status", "code": 503}})
    client = loginid_emulator.v2_client().with_options(max_retries=0)
    with pytest.raises(errors.ApiError):
        client.get_version()


def test_clients(loginid_emulator):
    loginid_emulator.client().close()
"""
REAL = """

def test_variables_of_a_real_application_are_unset(loginid_emulator):
    assert "LOGINID_PRIVATE_KEY_FILE" not in os.environ
    assert "LOGINID_V2_ISSUER" not in os.environ


def test_the_variables_are_set_in_the_test_only():
    assert os.environ["LOGINID_V2_ISSUER"] == "https://real.example"
"""


def without_emulator():
    """The environment of a program that no emulator was started for."""
    kept = ("LOGINID_LIBRARY", "LOGINID_EMULATOR")
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("LOGINID_") or name in kept
    }


class Emulators(unittest.TestCase):
    def test_it_plays_users(self):
        with Emulator() as emulator:
            self.assertNotEqual(emulator.url, os.environ["LOGINID_EMULATOR_URL"])
            name = "a/b c@example.com"
            login = emulator.log_in(name)
            client = emulator.v2_client()
            verified = client.verify_token(login["jwtAccess"], username=name)
            self.assertEqual(verified["claims"]["sub"], login["userId"])
            token = emulator.confirm_tx(name, "pay 10", "n-1")["token"]
            client.verify_transaction(token, "pay 10", "n-1", username=name)
            client.set_email(login["userId"], "ada@example.com", request_verification=True)
            client.verify_email(name, emulator.sent_code(name))
            emulator.client().add_user_without_credentials("ada")
            emulator.reset()
            emulator.client().add_user_without_credentials("ada")
            with self.assertRaisesRegex(RuntimeError, "404"):
                emulator.control("GET", "nothing")

    def test_over_tls_and_past_a_proxy(self):
        with mock.patch.dict(os.environ, {"HTTPS_PROXY": "http://127.0.0.1:1"}):
            with Emulator("--tls") as emulator:
                self.assertTrue(emulator.url.startswith("https://"))
                # The default of Python 3.13 and newer.
                strict = ssl.create_default_context(cafile=emulator.variables["LOGINID_CA_FILE"])
                strict.verify_flags |= ssl.VERIFY_X509_STRICT
                handlers = ProxyHandler({}), HTTPSHandler(context=strict)
                with build_opener(*handlers).open(f"{emulator.url}/certs") as answer:
                    self.assertEqual(answer.status, 200)
                emulator.log_in("ada")
                emulator.v2_client().get_version()
                emulator.client().add_user_without_credentials("ada")

    def test_the_one_that_the_environment_names(self):
        emulator = Emulator.current()
        self.assertEqual(emulator.url, os.environ["LOGINID_EMULATOR_URL"])
        emulator.reset()
        emulator.close()
        v2.Client.from_env().get_version()

    def test_without_one_there_is_no_current_emulator(self):
        message = "^there is no emulator: run this program with loginid-emulator exec$"
        with mock.patch.dict(os.environ, {"LOGINID_EMULATOR_URL": ""}):
            with self.assertRaisesRegex(RuntimeError, message):
                Emulator.current()
            del os.environ["LOGINID_EMULATOR_URL"]
            with self.assertRaisesRegex(RuntimeError, message):
                Emulator.current()

    def test_one_that_does_not_start_says_why(self):
        with self.assertRaisesRegex(RuntimeError, "--unknown"):
            Emulator("--unknown")
        with mock.patch.dict(os.environ, {"PATH": "", "LOGINID_EMULATOR": ""}):
            with self.assertRaisesRegex(FileNotFoundError, "pip install 'libloginid"):
                Emulator()

    def test_the_program_of_its_package_is_found_first(self):
        with tempfile.TemporaryDirectory() as folder:
            info = Path(folder, "lib/libloginid_emulator-0.1.0.dist-info")
            info.mkdir(parents=True)
            (info / "METADATA").write_text("Metadata-Version: 2.1\nName: libloginid-emulator\n")
            (info / "RECORD").write_text("../bin/loginid-emulator,,\n")
            program = Path(folder, "bin/loginid-emulator")
            program.parent.mkdir()
            script = f'#!/bin/sh\n: > {folder}/used\nexec {os.environ["LOGINID_EMULATOR"]} "$@"\n'
            program.write_text(script)
            program.chmod(0o755)
            path = mock.patch.object(sys, "path", [str(info.parent), *sys.path])
            with path, mock.patch.dict(os.environ, {"LOGINID_EMULATOR": ""}):
                with Emulator() as emulator:
                    emulator.reset()
            self.assertTrue(Path(folder, "used").exists())

    def test_it_ends_with_the_process_however_that_ends(self):
        program = """
import sys
from libloginid.testing import Emulator
emulator = Emulator()
print(emulator.url, flush=True)
sys.stdin.read()
"""
        read, write = os.pipe()
        with open(read) as stdin, open(write, "w"):
            child = start_python(program, stdin=stdin)
            url = child.stdout.readline().strip()
            child.send_signal(signal.SIGKILL)
            printed_by(child, status=-signal.SIGKILL)
        port = int(url.rpartition(":")[2])
        deadline = time.monotonic() + 30
        while self.listens(port):
            self.assertLess(time.monotonic(), deadline, "the emulator runs on")
            time.sleep(0.02)

    def listens(self, port):
        lines = Path("/proc/net/tcp").read_text().splitlines()
        lines += Path("/proc/net/tcp6").read_text().splitlines()
        # 0A is a listening socket.
        return any(
            line.split()[1].endswith(f":{port:04X}") and line.split()[3] == "0A"
            for line in lines[1:]
            if line.split()[0] != "sl"
        )

    def test_close_may_be_called_more_than_once(self):
        emulator = Emulator()
        emulator.close()
        emulator.close()

    def test_a_forked_child_does_not_end_it(self):
        program = """
import os
import sys
from libloginid.testing import Emulator
with Emulator() as emulator:
    child = os.fork()
    if child == 0:
        sys.exit(7)  # which leaves the block
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    emulator.reset()
print("ended")
"""
        self.assertEqual(run_python(program), "7\nended\n")


class Plugin(unittest.TestCase):
    def run_tests(self, tests, environment):
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "test_login.py").write_text(tests)
            return subprocess.run(
                [sys.executable, "-m", "pytest", "-q", "-p", "libloginid.pytest_plugin"]
                + ["-p", "no:cacheprovider", folder],
                env={**environment, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=120,
            )

    def test_the_fixture_starts_an_emulator(self):
        real = {
            "LOGINID_V2_ISSUER": "https://real.example",
            "LOGINID_PRIVATE_KEY_FILE": "/real/key.pem",
        }
        ended = self.run_tests(TESTS + REAL, {**without_emulator(), **real})
        self.assertEqual(ended.returncode, 0, ended.stdout)
        self.assertIn("6 passed", ended.stdout)

    def test_the_fixture_uses_the_emulator_that_there_is(self):
        without_program = {**os.environ, "LOGINID_EMULATOR": "/nonexistent"}
        ended = self.run_tests(TESTS, without_program)
        self.assertEqual(ended.returncode, 0, ended.stdout)
        self.assertIn("4 passed", ended.stdout)

    def test_pytest_finds_it_by_its_entry_point(self):
        text = (ROOT / "bindings/python/pyproject.toml").read_text()
        self.assertIn(
            '[project.entry-points.pytest11]\nlibloginid = "libloginid.pytest_plugin"\n', text
        )
        self.assertTrue((Path(libloginid.__file__).parent / "pytest_plugin.py").exists())


if __name__ == "__main__":
    unittest.main()
