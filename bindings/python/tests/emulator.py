"""The control API of the emulator that LOGINID_EMULATOR_URL names."""

import json
import os
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
CLIENT_ID = os.environ["LOGINID_CLIENT_ID"]
PRIVATE_KEY = os.environ["LOGINID_PRIVATE_KEY"].replace("\\n", "\n")
BASE_URL = os.environ["LOGINID_BASE_URL"]


def control(method, path, body=None):
    """Sends a request to the control API."""
    request = urllib.request.Request(
        f"{os.environ['LOGINID_EMULATOR_URL']}/_emulator/{path}",
        data=json.dumps(body or {}).encode() if method != "GET" else None,
        method=method,
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def requests():
    """All requests except those for the service's key, oldest first."""
    received = control("GET", "requests")["requests"]
    return [request for request in received if request["path"] != "/certs"]


def forget_requests():
    control("DELETE", "requests")


def wait_for_request(path):
    """Returns when a request for this path has arrived."""
    deadline = time.monotonic() + 60
    while not any(request["path"] == path for request in requests()):
        if time.monotonic() > deadline:
            raise AssertionError(f"no request for {path}")
        time.sleep(0.02)


def fault(path, kind, **members):
    """Makes every request for this path fail."""
    control("POST", "faults", {"match": {"path": path}, "fault": {"kind": kind, **members}})


def start_python(program, *arguments, stdin=None):
    """Starts a program with text output."""
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", program, *arguments],
        cwd=os.path.dirname(__file__),
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run_python(program, *arguments):
    """The output of a program that must succeed."""
    return printed_by(start_python(program, *arguments))


def printed_by(process, status=0):
    """The rest of the output of a program that must end with this status."""
    printed, errors = process.communicate(timeout=120)
    if process.returncode != status:
        raise AssertionError(f"status {process.returncode}\n{printed}\n{errors}")
    return printed
