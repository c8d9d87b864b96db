"""The official Python SDK, pointed at the emulator that LOGINID_EMULATOR_URL names."""

import os
import uuid

import pytest
import requests
from loginid import LoginID, LoginIdManagement

from authenticator import Authenticator

BASE_URL = os.environ["LOGINID_BASE_URL"]
CLIENT_ID = os.environ["LOGINID_CLIENT_ID"]
PRIVATE_KEY = os.environ["LOGINID_PRIVATE_KEY"].replace("\\n", "\n")


class Watched:
    """An SDK object that remembers which of its methods were called."""

    called = {LoginID: set(), LoginIdManagement: set()}

    def __init__(self, sdk):
        self._sdk = sdk

    def __getattr__(self, name):
        attribute = getattr(self._sdk, name)
        if callable(attribute):
            Watched.called[type(self._sdk)].add(name)
        return attribute


class Emulator:
    """The control API of the emulator, which acts as users and their devices."""

    def post(self, path, **body):
        answer = requests.post(f"{BASE_URL}/_emulator/{path}", json=body, timeout=60)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture
def application():
    return Watched(LoginID(CLIENT_ID, PRIVATE_KEY, BASE_URL))


@pytest.fixture
def management():
    return Watched(LoginIdManagement(CLIENT_ID, PRIVATE_KEY, BASE_URL))


@pytest.fixture
def public_application(emulator):
    """An application without a key, for example of a web page."""
    client_id = emulator.post("applications", type="directweb", keyless=True)["client_id"]
    return LoginID(client_id, base_url=BASE_URL)


@pytest.fixture
def emulator():
    return Emulator()


@pytest.fixture
def username():
    return f"ada-{uuid.uuid4()}@example.com"


@pytest.fixture
def user(management, username):
    """A user who has no credential yet."""
    return management.add_user_without_credentials(username)


@pytest.fixture
def device():
    return Authenticator("http://localhost:3000")


def pytest_collection_modifyitems(items):
    """The test of the recorded calls runs last."""
    items.sort(key=lambda item: item.path.name == "test_every_method.py")
