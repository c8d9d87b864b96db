"""Results are what their types say, and type checkers accept the package and the programs
in the documentation."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import types
import unittest
from pathlib import Path

import libloginid
import libloginid.core
from emulator import BASE_URL, CLIENT_ID, PRIVATE_KEY, ROOT, control
from libloginid import LoginID, LoginIdManagement, results
from shapes import ShapeTest
from test_same_as_official import program

SOURCE = ROOT / "bindings/python/src"
PAGES = ("docs/python.md", "docs/python/fastapi.md", "bindings/python/README.md")
# A checker must report the lines with "# error", and no other one.
MISTAKES = """\
from typing import Optional

from libloginid import aio, v2
from libloginid import LoginID, LoginIdManagement, errors, generate_key_pair, results


def use(client: LoginIdManagement, application: LoginID) -> Optional[str]:
    user: results.User = client.get_user("ada")
    print(user["username"].upper(), user.get("contacts", []))
    print(user["user_name"])  # error
    print(user["id"] + 1)  # error
    login = application.authenticate_password("ada", "a password")
    print(login["jwt"].split("."), login["user"]["id"])
    code = client.generate_code("short", "add_credential", True, username="ada")
    print(code["code"], code["is_authorized"])
    print(client.authorize_code("123456", "short", "add_credential")["code"])  # error
    client.generate_code("short", "add_credential", "false", username="ada")  # error
    message: int = client.delete_by_username("ada")  # error
    pair = generate_key_pair()
    print(pair["public_key"].strip())
    print(pair["publickey"])  # error
    client.on_attempt(lambda event: print(event["code"], event["duration_us"] + 1))
    client.on_attempt(lambda event: print(event["codes"]))  # error
    client.on_attempt(lambda event: print(event.upper()))  # error
    try:
        client.get_user("ada")
    except errors.RateLimitedError as error:
        print(error.code.upper(), error.to_dict()["status"])
        print(error.retry_after_ms + 1)  # error
    claims = application.verify_and_decode_token(login["jwt"])["claims"]
    return claims.get("udata", claims.get("username"))


async def use_v2(client: v2.Client, awaited: aio.v2.Client) -> str:
    passkeys: v2.results.Passkeys = client.list_passkeys(username="ada")
    print(passkeys["passkeys"][0]["createdAt"].upper(), passkeys["passkeys"][0].get("aaguid"))
    print(passkeys["passkeys"][0]["created_at"])  # error
    client.list_passkeys("ada")  # error
    client.create_grant("ada", f"{v2.Scope.PASSKEY_READ} {v2.Scope.PASSKEY_WRITE}")
    client.create_grant("ada", v2.Scope.PASSKEY_RAED)  # error
    scopes: list[v2.ScopeLiteral] = ["passkey:read", v2.Scope.REG_WRITE]
    scopes.append("passkey:raed")  # error
    client.send_otp_email("ada", username_type=v2.UsernameType.EMAIL)
    client.send_otp_email("ada", username_type="mail")  # error
    client.set_email("1", "a@example.com", request_verification="no")  # error
    client.with_options(timeout=2).get_version()["version"].upper()
    print((await awaited.get_version())["version"].upper())
    print(awaited.get_version()["version"])  # error
    await awaited.list_passkeys(user="ada")  # error
    derived: aio.v2.Client = awaited.with_options(timeout=2)
    login = await derived.verify_otp("ada", "123456")
    print(login["jwt"])  # error
    return login["jwtAccess"]
"""


def run(*command: object) -> "subprocess.CompletedProcess[str]":
    # pyright's wrapper neither looks for a newer version nor fetches Node.js.
    environment = {
        **os.environ,
        "MYPYPATH": str(SOURCE),
        "PYRIGHT_PYTHON_GLOBAL_NODE": "1",
        "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1",
    }
    return subprocess.run(
        [sys.executable, "-m", *map(str, command)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment,
        timeout=300,
    )


def public_names():
    """Types that programs may use. The list only grows; a new type needs no line in it."""
    return set((ROOT / "bindings/python/tests/public_results.txt").read_text().split())


class Results(ShapeTest):
    def test_each_result_has_the_members_of_its_type(self):
        control("POST", "reset")
        Application, Management = map(self.checked, (LoginID, LoginIdManagement))
        program(
            types.SimpleNamespace(
                core=libloginid.core, LoginID=Application, LoginIdManagement=Management
            )
        )
        client = Management(CLIENT_ID, PRIVATE_KEY, BASE_URL)
        client.add_user_without_credentials("ada")
        control("POST", "users/ada/contacts", {"type": "email", "contact": "ada@example.com"})
        client.get_user("ada")
        # A token is returned alone. The others need an authenticator or a document, which
        # tests/fido2 has. A type that is not listed yet may be compared there as well.
        unseen = "Token Assertion TransactionChallenge ConfirmedTransaction DocScanEvaluation"
        self.assertEqual(public_names() - self.seen, set(unseen.split()))

    def test_the_public_names_are_still_there(self):
        names = public_names()
        self.assertGreater(len(names), 20)
        self.assertEqual({name for name in names if not hasattr(results, name)}, set())


class Checkers(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.mistakes = self.folder / "mistakes.py"
        self.mistakes.write_text(MISTAKES)
        # What the programs import is the source, not an installed copy.
        (self.folder / "pyrightconfig.json").write_text(
            f'{{"extraPaths": ["{SOURCE}"], "pythonVersion": "3.9"}}'
        )
        self.programs = []
        for name in ("quickstart.py", "backend.py"):
            self.programs.append(self.folder / name)
            shutil.copy(ROOT / "examples/python" / name, self.folder)
        for page in PAGES:
            text = (ROOT / page).read_text()
            for block in re.findall(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
                if block.startswith("# test_"):
                    continue
                program = self.folder / f"program_{len(self.programs)}.py"
                program.write_text(block)
                self.programs.append(program)
        self.assertEqual(len(self.programs), 13)

    def reported(self, checked):
        """The lines that a checker reports in the program with mistakes."""
        self.assertEqual(checked.returncode, 1, checked.stdout)
        lines = re.findall(r"mistakes\.py:(\d+).*error", checked.stdout)
        return sorted({int(line) for line in lines})

    def expected(self):
        lines = enumerate(MISTAKES.splitlines(), 1)
        return [number for number, line in lines if line.endswith("# error")]

    def test_mypy_accepts_the_package_and_the_programs(self):
        mypy = ("mypy", "--strict", "--cache-dir", self.folder / "cache")
        checked = run(*mypy, SOURCE / "libloginid", *self.programs)
        self.assertEqual(checked.returncode, 0, checked.stdout)
        self.assertRegex(checked.stdout, r"no issues found in \d\d source files")
        self.assertEqual(self.reported(run(*mypy, self.mistakes)), self.expected())

    @unittest.skipUnless(
        shutil.which("node") or os.environ.get("CI") == "true", "pyright needs Node.js"
    )
    def test_pyright_accepts_the_package_and_the_programs(self):
        pyright = ("pyright", "--pythonpath", sys.executable, "--project", self.folder)
        self.mistakes.unlink()
        checked = run(*pyright)
        self.assertEqual(checked.returncode, 0, checked.stdout)
        self.assertIn("0 errors, 0 warnings", checked.stdout)
        (self.folder / "libloginid").symlink_to(SOURCE / "libloginid")
        checked = run(*pyright)
        self.assertEqual(checked.returncode, 0, checked.stdout)
        self.assertIn("0 errors, 0 warnings", checked.stdout)
        self.mistakes.write_text(MISTAKES)
        self.assertEqual(self.reported(run(*pyright)), self.expected())


if __name__ == "__main__":
    unittest.main()
