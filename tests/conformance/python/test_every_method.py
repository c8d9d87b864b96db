"""Runs last: the tests before have called every method of the SDK."""

import pytest
from loginid import LoginID, LoginIdManagement

from conftest import Watched


def public_methods(sdk):
    members = {name: getattr(sdk, name) for name in dir(sdk) if not name.startswith("_")}
    return {name for name, member in members.items() if callable(member)}


@pytest.mark.parametrize("sdk", [LoginID, LoginIdManagement])
def test_every_method_was_called(sdk):
    assert len(public_methods(sdk)) >= 20
    assert public_methods(sdk) == Watched.called[sdk]
