"""The page of docs/getting-started.md registers a key and logs in with it, in a real browser."""

import json
import os
import pathlib
import re
import sys
import threading
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

sys.path.append(str(pathlib.Path(__file__).parents[1] / "wire"))

from chromium import Chromium  # noqa: E402
from libloginid import Client  # noqa: E402

_DOCS = pathlib.Path(__file__).parents[3] / "docs"


class _EmptyPage(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>A shop</title>")

    def log_message(self, *_):
        pass


@pytest.fixture
def page():
    server = ThreadingHTTPServer(("127.0.0.1", 0), _EmptyPage)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.fixture
def script():
    [script] = re.findall(r"^```js\n(.*?)^```", (_DOCS / "getting-started.md").read_text(), re.M | re.S)
    return script


@pytest.fixture
def client():
    key = os.environ["LOGINID_PRIVATE_KEY"].replace("\\n", "\n")
    with Client(os.environ["LOGINID_CLIENT_ID"], key, os.environ["LOGINID_BASE_URL"]) as client:
        yield client


def test_the_page_registers_and_logs_in(page, script, client):
    username = f"ada-{uuid.uuid4()}@example.com"
    with Chromium() as browser:
        browser.open(page)

        payload = client.register_fido2_init(username, None)["attestation_payload"]
        created = browser.call(f"{script} return create(arguments[0])", payload)
        registered = client.register_fido2_complete(username, json.dumps(created), None)
        assert registered["user"]["username"] == username

        payload = client.authenticate_fido2_init(username)["assertion_payload"]
        got = browser.call(f"{script} return get(arguments[0])", payload)
        logged_in = client.authenticate_fido2_complete(username, json.dumps(got))
        assert logged_in["is_authenticated"] is True
        assert client.verify_token(logged_in["jwt"], username)["claims"]["udata"] == username
