import checks
import jwt
import pytest
import requests

from conftest import BASE_URL, CLIENT_ID

PAYLOAD = "Pay 10.00 EUR to Grace"


@pytest.fixture(params=["application", "management"])
def sdk(request):
    return request.getfixturevalue(request.param)


def post(path, token, **body):
    headers = {"Authorization": f"Bearer {token}", "X-Client-ID": CLIENT_ID}
    return requests.post(BASE_URL + path, json=body, headers=headers, timeout=60)


def test_the_client_id_is_returned(sdk):
    assert sdk.client_id() == CLIENT_ID


def test_service_tokens_are_accepted(sdk, user):
    path, name = "/manage/users/retrieve", user["username"]
    token = sdk.generate_service_token("users.retrieve", username=name)
    answer = post(path, token, username=name)
    assert answer.json() == user
    assert post(path, token, username=name).status_code == 401, "a nonce counts once"
    token = sdk.generate_service_token("users.delete", username=name)
    assert post(path, token, username=name).status_code == 403, "a scope is a scope"


def test_tokens_of_the_service_are_verified(sdk, emulator, user):
    name = user["username"]
    token = emulator.post(f"users/{name}/login")["jwt"]
    assert sdk.verify_token(token) is True
    assert sdk.verify_token(token, name) is True
    assert sdk.verify_token(token, "grace@example.com") is False
    emulator.post("keys/rotate")
    assert sdk.verify_token(emulator.post(f"users/{name}/login")["jwt"], name) is True
    foreign = emulator.post("tokens", claims={"aud": "another", "udata": name})["token"]
    with pytest.raises(jwt.InvalidAudienceError):
        sdk.verify_token(foreign)


def test_transactions_are_created_confirmed_and_verified(sdk, emulator, user):
    tx_id = sdk.create_tx(PAYLOAD, nonce="a nonce of ours")
    confirmed = emulator.post(f"tx/{tx_id}/confirm", username=user["username"])["jwt"]
    assert sdk.verify_transaction(confirmed, PAYLOAD) is True
    assert sdk.verify_transaction(confirmed, "Pay 99.00 EUR to Grace") is False
    claims = jwt.decode(confirmed, options={"verify_signature": False})
    assert claims["nonce"] == "a nonce of ours"


def test_transaction_tokens_are_accepted_for_their_payload(sdk):
    body = {"client_id": CLIENT_ID, "nonce": "n", "tx_payload": PAYLOAD}
    answer = post("/tx", sdk.generate_tx_auth_token(PAYLOAD), **body)
    assert answer.status_code == 200 and answer.json()["id"]
    answer = post("/tx", sdk.generate_tx_auth_token("Pay nothing"), **body)
    assert answer.status_code == 403


def test_an_unknown_user_is_an_error_of_the_service(sdk, username):
    checks.refused("user_not_found", 404, sdk.authenticate_fido2_init, username)
