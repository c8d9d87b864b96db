import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from loginid import LoginIdManagement
from loginid.core import LoginIDError

import checks
from conftest import BASE_URL, CLIENT_ID


def test_users_are_added_and_found(management, username):
    added = management.add_user_without_credentials(username)
    checks.profile(added, username)
    assert management.get_user(username) == added
    checks.refused("username_taken", 400, management.add_user_without_credentials, username)


def test_users_are_deactivated_and_activated(management, user):
    stopped = management.deactivate_user_by_id(user["id"])
    checks.profile(stopped, user["username"], "inactive")
    checks.refused("user_not_deactivated", 400, management.deactivate_user_by_id, user["id"])
    checks.profile(management.activate_user_by_id(user["id"]), user["username"])
    checks.refused("user_not_activated", 400, management.activate_user_by_id, user["id"])


def test_users_are_deleted_by_name(management, user):
    assert user["username"] in management.delete_by_username(user["username"])
    checks.refused("user_not_found", 404, management.get_user, user["username"])


def test_users_are_deleted_by_id(management, user):
    assert user["id"] in management.delete_by_user_id(user["id"])
    checks.refused("user_not_found", 404, management.get_user, user["username"])


def test_management_needs_the_key_of_the_application(username):
    with pytest.raises(LoginIDError):
        LoginIdManagement(CLIENT_ID, None, BASE_URL)
    other = LoginIdManagement(CLIENT_ID, _another_key(), BASE_URL)
    checks.refused("unauthorized", 401, other.get_user, username)


def _another_key():
    return ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()
