"""The tester's side of the emulator that LOGINID_EMULATOR_URL names."""

import json
import os
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
CLIENT_ID = os.environ["LOGINID_CLIENT_ID"]
PRIVATE_KEY = os.environ["LOGINID_PRIVATE_KEY"].replace("\\n", "\n")
BASE_URL = os.environ["LOGINID_BASE_URL"]


def control(method, path, body=None):
    """Asks the emulator what a person or a tester would do."""
    request = urllib.request.Request(
        f"{os.environ['LOGINID_EMULATOR_URL']}/_emulator/{path}",
        data=json.dumps(body or {}).encode() if method != "GET" else None,
        method=method,
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def requests():
    """The requests for anything but the service's key, oldest first."""
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
