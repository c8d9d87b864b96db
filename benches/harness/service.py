"""The emulator as the service, with a user, a token and a key to measure with."""

import ctypes
import json
import os
import re
import ssl
import subprocess
import tempfile
import time
import urllib.request
from base64 import b64encode, urlsafe_b64decode
from pathlib import Path

USER = "ada@example.com"
PATH = "/manage/users/retrieve"
# The roots and the proxies of this machine's user: most machines have no such variables.
NOT_USUAL = re.compile("SSL_CERT_(FILE|DIR)|(HTTPS?|ALL|NO)_PROXY", re.IGNORECASE)
# As in c/ours.c: more than the verdicts that its client keeps.
TOKENS = 64


class Service:
    """An emulator on its own cores; stop it with `close`."""

    def __init__(self, programs, scheme, cores):
        self.scheme = scheme
        self._folder = tempfile.TemporaryDirectory(prefix="loginid-bench-")
        # An address: the peers do not look a name up for each of their connections.
        command = [str(programs.emulator), "--host", "127.0.0.1"]
        if scheme == "https":
            command += ["--tls", "--ca-out", str(Path(self._folder.name, "ca.pem"))]
        self.process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=lambda: os.sched_setaffinity(0, cores),
        )
        self.variables = self._read_variables()
        self.ready = time.monotonic()
        ca = self.variables.get("LOGINID_CA_FILE")
        self._tls = ssl.create_default_context(cafile=ca) if ca else None
        self._prepare(programs.library)

    def _read_variables(self):
        variables = {}
        for line in self.process.stdout:
            name, _, value = line.removeprefix("export ").strip().partition("=")
            variables[name] = value.strip("'")
            if name == ("LOGINID_CA_FILE" if self.scheme == "https" else "LOGINID_EMULATOR_URL"):
                return variables
        raise RuntimeError("the emulator ended before it was ready")

    def _prepare(self, library):
        # Recording requests is for tests: it would fill the memory here.
        self.control("PUT", "requests", {"recording": False})
        client = self._client = Client(library, self.variables)
        self.profile = client.call("lid_add_user_without_credentials", USER)
        token, *tokens = (self._log_in() for _ in range(TOKENS + 1))
        made = json.loads(client.call("lid_generate_service_token", "users.retrieve", USER, None, None))
        self.variables |= {
            "BENCH_USER": USER,
            "BENCH_TOKEN": token,
            "BENCH_TOKENS": " ".join(tokens),
            "BENCH_SERVICE_KEY": self._key_of(token).replace("\n", "\\n"),
            "BENCH_SERVICE_TOKEN": made["token"],
        }
        v2_token = self.control("POST", f"v2/users/{USER}/login")["jwtAccess"]
        self.variables |= {
            "BENCH_V2_TOKEN": v2_token,
            "BENCH_V2_SERVICE_KEY": self._v2_key_of(v2_token).replace("\n", "\\n"),
        }
        if "LOGINID_CA_FILE" in self.variables:
            for name in ("REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"):
                self.variables[name] = self.variables["LOGINID_CA_FILE"]

    def _log_in(self):
        return self.control("POST", f"users/{USER}/login", {})["jwt"]

    def _key_of(self, token):
        return self._request("GET", f"/certs?kid={key_id(token)}", None)

    def _v2_key_of(self, token):
        keys = json.loads(self._request("GET", "/fido2/v2/.well-known/jwks.json", None))["keys"]
        (key,) = (key for key in keys if key["kid"] == key_id(token))
        point = b"\x04" + decoded(key["x"]) + decoded(key["y"])
        return b64encode(P256_PUBLIC_KEY + point).decode() + "\n"

    def _request(self, method, path, body):
        request = urllib.request.Request(
            self.variables["LOGINID_EMULATOR_URL"] + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, context=self._tls) as answer:
            return answer.read().decode()

    def control(self, method, path, body=None):
        answer = self._request(method, f"/_emulator/{path}", body)
        return json.loads(answer) if answer else None

    def answer_unchecked(self, unchecked):
        """Answers the measured call without checking it, or as usual again."""
        if unchecked:
            self.fault({"kind": "status", "code": 200, "body": self.profile})
        else:
            self.control("DELETE", "faults")

    def close_after_answers(self):
        """The same, and each connection ends after its answer, which says so."""
        body = self.profile.encode()
        lines = ["HTTP/1.1 200 OK", "Content-Type: application/json", f"Content-Length: {len(body)}", "Connection: close"]
        answer = "\r\n".join([*lines, "", ""]).encode() + body
        self.fault({"kind": "raw", "base64": b64encode(answer).decode()})

    def fault(self, fault):
        """Has only this fault, for the measured call."""
        self.control("DELETE", "faults")
        self.control("POST", "faults", {"match": {"path": PATH}, "fault": fault})

    def code(self):
        """A code that nobody authorizes."""
        made = self._client.generate_code(USER)
        return json.loads(made)["code"]

    def cpu_ns(self):
        """The processor time of all its threads."""
        tasks = Path(f"/proc/{self.process.pid}/task").iterdir()
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks)

    def resident_kib(self):
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s*(\d+)", status)[1])

    def environment(self):
        usual = {name: value for name, value in os.environ.items() if not NOT_USUAL.fullmatch(name)}
        quiet = {"NODE_NO_WARNINGS": "1"}
        return {**usual, **self.variables, **quiet}

    def close(self):
        self.process.terminate()
        self.process.wait()
        self._folder.cleanup()


# What stands before the point in the DER form of a P-256 public key.
P256_PUBLIC_KEY = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d030107034200")


def decoded(text):
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def key_id(token):
    return json.loads(decoded(token.split(".")[0]))["kid"]


class Client:
    """The library through ctypes, for the preparation of measurements."""

    def __init__(self, library, variables):
        self._library = ctypes.CDLL(str(library))
        config = {
            "client_id": variables["LOGINID_CLIENT_ID"],
            "private_key": variables["LOGINID_PRIVATE_KEY"],
            "base_url": variables["LOGINID_BASE_URL"],
        }
        if "LOGINID_CA_FILE" in variables:
            config["ca_file"] = variables["LOGINID_CA_FILE"]
        self._handle = ctypes.c_void_p()
        self._finish("lid_new_with_config", json.dumps(config).encode(), ctypes.byref(self._handle))

    def call(self, function, *arguments):
        texts = [argument if argument is None else argument.encode() for argument in arguments]
        return self._finish(function, self._handle, *texts)

    def generate_code(self, username):
        texts = (b"short", b"temporary_authentication", ctypes.c_bool(False), None, username.encode())
        return self._finish("lid_generate_code", self._handle, *texts)

    def _finish(self, function, *arguments):
        out = ctypes.c_char_p()
        status = getattr(self._library, function)(*arguments, ctypes.byref(out))
        text = out.value.decode()
        self._library.lid_free_string(out)
        if status != 0:
            raise RuntimeError(f"{function}: {text}")
        return text
