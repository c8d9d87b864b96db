"""Checks of the service's answers, for all calls."""

from datetime import datetime
from uuid import UUID

import jwt
import pytest
from loginid.core import LoginIDError

from conftest import CLIENT_ID


def authenticated(answer, username, kind=None, client_id=CLIENT_ID):
    """An authentication response for this user, with a credential of this type."""
    assert answer["is_authenticated"] is True
    assert answer["user"]["username"] == username
    assert UUID(answer["user"]["id"]) and UUID(answer["user"]["namespace_id"])
    assert answer["client"]["id"] == client_id
    claims = jwt.decode(answer["jwt"], options={"verify_signature": False})
    assert claims["udata"] == username and claims["aud"] == client_id
    assert claims["sub"] == answer["user"]["id"]
    assert answer.get("credential", {}).get("type") == kind


def timestamp(text):
    assert datetime.fromisoformat(text.replace("Z", "+00:00")).year >= 2020


def profile(answer, username, status="active"):
    assert answer["username"] == username and answer["status"] == status
    assert UUID(answer["id"]) and UUID(answer["namespace_id"])
    assert answer["client_id"] == CLIENT_ID and answer["contacts"] == []
    timestamp(answer["created_at"])
    timestamp(answer["updated_at"])


def refused(code, status, call, *arguments, **options):
    """The service refuses with this code, and the SDK reports it."""
    with pytest.raises(LoginIDError) as refusal:
        call(*arguments, **options)
    assert (refusal.value.error_code, refusal.value.status_code) == (code, status)
