import time

import checks
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec


@pytest.fixture
def key():
    return ec.generate_private_key(ec.SECP256R1())


@pytest.fixture
def pem(key):
    spki = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(serialization.Encoding.PEM, spki).decode()


def sign(key, challenge, username):
    return jwt.encode({**challenge, "username": username, "iat": int(time.time())}, key, "ES256")


@pytest.mark.parametrize("kind", ["application", "management"])
def test_a_key_pair_logs_in(management, user, key, pem, request, kind):
    sdk, name = request.getfixturevalue(kind), user["username"]
    add = management.add_publickey_credential
    added = add(pem, user_id=user["id"], credential_name="Build server")
    checks.authenticated(added, name, "public_key")
    assert added["credential"]["name"] == "Build server"
    challenge = sdk.authenticate_publickey_init(name, pem)
    assert challenge.keys() == {"challenge_id", "server_nonce"}
    complete = sdk.authenticate_publickey_complete
    answer = complete(name, challenge["challenge_id"], sign(key, challenge, name))
    checks.authenticated(answer, name, "public_key")


def test_another_key_does_not_log_in(application, management, user, pem):
    name = user["username"]
    management.add_publickey_credential(pem, username=name)
    challenge = application.authenticate_publickey_init(name, pem)
    forged = sign(ec.generate_private_key(ec.SECP256R1()), challenge, name)
    complete = application.authenticate_publickey_complete
    checks.refused("failed_to_authenticate", 401, complete, name, challenge["challenge_id"], forged)
