"""An emulator of LoginID's services for the tests of programs, on this machine.

No account and no network is needed, but the program ``loginid-emulator``: the one that the
variable ``LOGINID_EMULATOR`` names, else that of the package ``libloginid-emulator``
(``pip install "libloginid[test]"``), else the one in ``PATH``. With pytest, use the fixture
``loginid_emulator``.
"""

import json
import os
import shutil
import ssl
import subprocess
from importlib import metadata
from tempfile import TemporaryFile
from typing import Any, Dict, Mapping, Optional
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import HTTPSHandler, ProxyHandler, Request, build_opener

from . import v2
from .management import LoginIdManagement

_PROGRAM = "loginid-emulator"
# Prints the environment, each variable ended by a NUL, and another NUL; runs until its input ends.
_SCRIPT = "env -0 && printf '\\0' && exec cat"
_LONGEST_STOP = 10


def _packaged_program() -> Optional[str]:
    """The program of the package libloginid-emulator, also if its folder is not in PATH."""
    try:
        files = metadata.distribution("libloginid-emulator").files or []
    except metadata.PackageNotFoundError:
        return None
    paths = (os.path.normpath(str(file.locate())) for file in files if file.name == _PROGRAM)
    return next((path for path in paths if os.path.isfile(path)), None)


def _program() -> str:
    named = os.environ.get("LOGINID_EMULATOR")
    program = named or _packaged_program() or shutil.which(_PROGRAM)
    if program is None:
        raise FileNotFoundError(
            f"there is no program {_PROGRAM}. LOGINID_EMULATOR may name it, else it is that of the "
            "package libloginid-emulator, else it is in the PATH. "
            "Install it: pip install 'libloginid[test]'"
        )
    return program


class Emulator:
    """An emulator of both services, in a process that ends with this one::

        with Emulator() as emulator:
            token = emulator.log_in("ada@example.com")["jwtAccess"]
            emulator.v2_client().verify_token(token)

    Args:
        options: those of the program, for example ``"--tls"``
    """

    # What the ``from_env`` of the clients reads, and LOGINID_EMULATOR_URL.
    variables: Dict[str, str]
    _process: "Optional[subprocess.Popen[bytes]]" = None
    # The process that has started it.
    _owner: int

    def __init__(self, *options: str) -> None:
        program = _program()
        self._owner = os.getpid()
        with TemporaryFile() as problems:
            process = subprocess.Popen(
                [program, "exec", *options, "--", "sh", "-c", _SCRIPT],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=problems,
            )
            self._process = process
            assert process.stdout is not None
            printed = b""
            while not printed.endswith(b"\0\0"):
                more = os.read(process.stdout.fileno(), 65536)
                if not more:
                    self.close()
                    problems.seek(0)
                    message = problems.read().decode(errors="replace").strip()
                    raise RuntimeError(f"{program} did not start: {message}")
                printed += more
        pairs = (pair.split("=", 1) for pair in os.fsdecode(printed).split("\0") if pair)
        self._use(dict(pairs))

    @classmethod
    def current(cls) -> "Emulator":
        """The emulator that ``loginid-emulator exec`` has started for this program."""
        if not os.environ.get("LOGINID_EMULATOR_URL"):
            raise RuntimeError(
                "there is no emulator: run this program with loginid-emulator exec"
            )
        emulator = cls.__new__(cls)
        emulator._use(os.environ)
        return emulator

    def _use(self, environment: Mapping[str, str]) -> None:
        self.variables = {
            name: value for name, value in environment.items() if name.startswith("LOGINID_")
        }
        authority = self.variables.get("LOGINID_CA_FILE")
        handlers = (
            []
            if authority is None
            else [HTTPSHandler(context=ssl.create_default_context(cafile=authority))]
        )
        # No proxy reaches this machine.
        self._opener = build_opener(ProxyHandler({}), *handlers)

    @property
    def url(self) -> str:
        """The address of the emulator."""
        return self.variables["LOGINID_EMULATOR_URL"]

    def client(self) -> LoginIdManagement:
        """A client of the older service with all rights."""
        return LoginIdManagement.with_config(
            self.variables["LOGINID_CLIENT_ID"],
            private_key=self.variables["LOGINID_PRIVATE_KEY"].replace("\\n", "\n"),
            base_url=self.variables["LOGINID_BASE_URL"],
            **self._trusted(),
        )

    def v2_client(self) -> v2.Client:
        """A client of the current service with all rights."""
        return v2.Client.with_config(
            self.variables["LOGINID_V2_BASE_URL"],
            api_key=self.variables["LOGINID_V2_API_KEY"],
            application_id=self.variables["LOGINID_V2_APPLICATION_ID"],
            **self._trusted(),
        )

    def _trusted(self) -> Dict[str, str]:
        authority = self.variables.get("LOGINID_CA_FILE")
        return {} if authority is None else {"ca_file": authority}

    def log_in(self, username: str) -> Dict[str, Any]:
        """Has a user of the current service log in with a passkey, as on a page; a new user
        signs up. Returns the answer that the page gets, with the token ``jwtAccess``."""
        answer: Dict[str, Any] = self.control("POST", f"v2/users/{quote(username, '')}/login")
        return answer

    def confirm_tx(self, username: str, tx_payload: str, nonce: str) -> Dict[str, Any]:
        """Has a user of the current service confirm a transaction, as on a page. Returns the
        answer that the page gets, with the ``token``."""
        body = {"username": username, "txPayload": tx_payload, "nonce": nonce}
        answer: Dict[str, Any] = self.control("POST", "v2/tx/confirm", body)
        return answer

    def sent_code(self, username: str) -> str:
        """The last one-time code that a user of the current service was sent."""
        code: str = self.control("GET", f"v2/otp?username={quote(username, '')}")["code"]
        return code

    def reset(self) -> None:
        """Deletes users, faults and recorded requests: before each test."""
        self.control("POST", "reset")

    def control(self, method: str, path: str, body: Optional[Mapping[str, Any]] = None) -> Any:
        """Uses the control API, which emulator/README.md describes: it plays users and their
        devices, and makes faults. ``path`` is what follows ``/_emulator/``."""
        request = Request(f"{self.url}/_emulator/{path}", method=method)
        if method != "GET":
            request.data = json.dumps(body or {}).encode()
        token = self.variables.get("LOGINID_EMULATOR_TOKEN")
        if token is not None:
            request.add_header("Authorization", f"Bearer {token}")
        try:
            with self._opener.open(request, timeout=60) as answer:
                return json.load(answer)
        except HTTPError as error:
            with error:
                problem = error.read().decode(errors="replace")
            raise RuntimeError(
                f"the emulator refuses {method} {path}: {error.code} {problem}"
            ) from None

    def close(self) -> None:
        """Ends the emulator that this process has started. It may be called more than once."""
        process = self._process
        # In a forked child the wait would never end: the process is not its child.
        if process is None or self._owner != os.getpid():
            return
        self._process = None
        process.terminate()
        try:
            process.communicate(timeout=_LONGEST_STOP)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()

    def __enter__(self) -> "Emulator":
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()
