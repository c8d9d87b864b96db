"""Fixtures for pytest, which finds them when this package is installed."""

import os
from typing import Iterator

import pytest

from .testing import Emulator


@pytest.fixture(scope="session")
def loginid_emulator_process() -> Iterator[Emulator]:
    """An emulator of LoginID's services: that of ``loginid-emulator exec``, or a new one."""
    if os.environ.get("LOGINID_EMULATOR_URL"):
        yield Emulator.current()
        return
    with Emulator() as emulator:
        yield emulator


@pytest.fixture
def loginid_emulator(
    loginid_emulator_process: Emulator, monkeypatch: pytest.MonkeyPatch
) -> Emulator:
    """An emulator without users, which the ``from_env`` of the clients uses in this test."""
    emulator = loginid_emulator_process
    emulator.reset()
    for name in os.environ:
        # What a real application has is not mixed with it. LOGINID_LIBRARY stays.
        if name.startswith("LOGINID_") and name not in emulator.variables:
            monkeypatch.delenv(name)
    for name, value in emulator.variables.items():
        monkeypatch.setenv(name, value)
    return emulator
