"""A plain HTTP server that keeps every request and answers each with success."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import jwt

import libloginid

KID = "recorder-key"


class Recorder:
    """Serves on a free port of this machine between `with` and its end."""

    def __init__(self, client_id):
        self._key = libloginid.generate_key_pair()
        self._client_id = client_id
        self._requests = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.base_url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()

    def take(self):
        """The requests since the last time."""
        taken, self._requests[:] = list(self._requests), []
        return taken

    def token(self, **claims):
        """A token as the service would issue it."""
        claims = {"aud": self._client_id, "iat": int(time.time()), **claims}
        return jwt.encode(claims, self._key["private_key"], "ES256", {"kid": KID})

    def _answer(self, method, path):
        if path.startswith("/certs"):
            return 200, "text/plain", self._key["public_key"].encode()
        if method == "DELETE" or path == "/manage/users/delete":
            return 204, None, b""
        # Contains every member that calls read from their answers.
        body = {"id": "an-id", "jwt": self.token(udata="ada@example.com")}
        return 200, "application/json", json.dumps(body).encode()

    def _handler(recorder):
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _serve(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                recorder._requests.append((self.command, self.path, self.headers.items(), body))
                status, content_type, answer = recorder._answer(self.command, self.path)
                self.send_response(status)
                if content_type:
                    self.send_header("Content-Type", content_type)
                if status != 204:
                    self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            do_GET = do_POST = do_PUT = do_DELETE = _serve

            def log_message(self, *_):
                pass

        return Handler
