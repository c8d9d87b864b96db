"""A real Chromium with a virtual authenticator, driven through chromedriver."""

import subprocess
import tempfile

import requests

_FLAGS = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]


class Chromium:
    def __enter__(self):
        self._profile = tempfile.TemporaryDirectory()
        self._driver = subprocess.Popen(
            ["chromedriver", "--port=0"], stdout=subprocess.PIPE, text=True
        )
        # "ChromeDriver was started successfully on port 12345."
        ready = next(line for line in self._driver.stdout if "successfully on port" in line)
        self._url = f"http://127.0.0.1:{int(ready.split()[-1].rstrip('.'))}"
        arguments = [*_FLAGS, f"--user-data-dir={self._profile.name}"]
        capabilities = {"alwaysMatch": {"goog:chromeOptions": {"args": arguments}}}
        session = self._post("/session", capabilities=capabilities)
        self._url += f"/session/{session['sessionId']}"
        self._post("/timeouts", script=30_000)
        self._post(
            "/webauthn/authenticator",
            protocol="ctap2", transport="internal",
            hasResidentKey=True, hasUserVerification=True, isUserVerified=True,
        )
        return self

    def __exit__(self, *_):
        requests.delete(self._url, timeout=30)
        self._driver.terminate()
        self._driver.wait()
        self._driver.stdout.close()
        self._profile.cleanup()

    def _post(self, path, **body):
        answer = requests.post(self._url + path, json=body, timeout=60)
        assert answer.status_code == 200, answer.text
        return answer.json()["value"]

    def open(self, url):
        self._post("/url", url=url)

    def call(self, script, *arguments):
        """Runs the body of an async function, and returns its result."""
        wrapped = f"return (async function () {{ {script} }}).apply(null, arguments)"
        return self._post("/execute/sync", script=wrapped, args=arguments)
