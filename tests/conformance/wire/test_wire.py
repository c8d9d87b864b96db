"""libloginid sends what the Python SDK sends, except for the intended differences."""

import re
from pathlib import Path

import pytest
from loginid import LoginID, LoginIdManagement

import fields
import libloginid
from differences import ABSENT, ANY, DIFFERENCES
from operations import CLIENT_ID, OPERATIONS, PAYLOAD, USER, USER_ID
from parity import rows
from recorder import KID, Recorder

HEADER = Path(__file__).parents[3] / "include" / "loginid_ffi.h"


@pytest.fixture(scope="module")
def key():
    return libloginid.generate_key_pair()


@pytest.fixture(scope="module")
def recorder():
    with Recorder(CLIENT_ID) as recorder:
        yield recorder


def both(operation, recorder, key):
    """The fields of the single request that each side makes for an operation."""
    private_key = None if operation.keyless else key["private_key"]
    sdk, constructor = (
        (LoginID, "lid_new") if operation.keyless else (LoginIdManagement, "lid_new_management")
    )
    recorder.take()
    operation.python(sdk(CLIENT_ID, private_key, recorder.base_url))
    theirs = recorder.take()
    with libloginid.Client(CLIENT_ID, private_key, recorder.base_url, constructor) as lid:
        operation.ours(lid)
    ours = recorder.take()
    return [one_request(requests, key) for requests in (theirs, ours)]


def one_request(requests, key):
    calls = [request for request in requests if not request[1].startswith("/certs")]
    assert len(calls) == 1, requests
    return fields.of_request(calls[0], key["public_key"])


def differing(theirs, ours):
    """Every field that is not the same on both sides."""
    names = theirs.keys() | ours.keys()
    values = {name: (theirs.get(name, ABSENT), ours.get(name, ABSENT)) for name in names}
    return {name: pair for name, pair in values.items() if pair[0] != pair[1]}


def intended(operation, theirs):
    """The expected differences, which depend on the Python SDK's request."""
    expected = {}
    for difference in DIFFERENCES:
        if difference.where(operation, theirs):
            ours = difference.ours
            assert difference.field not in expected, "two reasons for one difference"
            value = theirs.get(difference.field, ABSENT) if difference.python is ANY else difference.python
            expected[difference.field] = (value, ours(operation, theirs) if callable(ours) else ours)
    return expected


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_requests_agree(operation, recorder, key):
    theirs, ours = both(operation, recorder, key)
    assert differing(theirs, ours) == intended(operation, theirs)


def test_fetching_the_public_key_agrees(recorder, key):
    token = recorder.token(udata=USER)
    recorder.take()
    assert LoginID(CLIENT_ID, key["private_key"], recorder.base_url).verify_token(token, USER)
    theirs = recorder.take()
    with libloginid.Client(CLIENT_ID, key["private_key"], recorder.base_url) as lid:
        assert lid.verify_token(token, USER)["valid"] is True
    ours = recorder.take()
    assert [request[:2] for request in theirs + ours] == [("GET", f"/certs?kid={KID}")] * 2
    theirs, ours = (fields.of_request(one[0], key["public_key"]) for one in (theirs, ours))
    operation = next(operation for operation in OPERATIONS if operation.keyless)
    assert differing(theirs, ours) == intended(operation, theirs)


@pytest.mark.parametrize(
    "username, user_id, nonce",
    [(None, None, None), (USER, None, None), (None, USER_ID, "mine"), (USER, USER_ID, "mine")],
)
def test_service_tokens_agree(key, username, user_id, nonce):
    sdk = LoginID(CLIENT_ID, key["private_key"])
    theirs = sdk.generate_service_token("users.retrieve", username, user_id, nonce=nonce)
    with libloginid.Client(CLIENT_ID, key["private_key"], None) as lid:
        ours = lid.generate_service_token("users.retrieve", username, user_id, nonce)["token"]
    theirs, ours = (fields.of_token(token, key["public_key"]) for token in (theirs, ours))
    assert differing(theirs, ours) == {"claims.scope": (ABSENT, "users.retrieve")}


@pytest.mark.parametrize("nonce", [None, "mine"])
def test_transaction_tokens_agree(key, nonce):
    theirs = LoginID(CLIENT_ID, key["private_key"]).generate_tx_auth_token(PAYLOAD, nonce)
    with libloginid.Client(CLIENT_ID, key["private_key"], None) as lid:
        ours = lid.generate_tx_auth_token(PAYLOAD, None, nonce)["token"]
    theirs, ours = (fields.of_token(token, key["public_key"]) for token in (theirs, ours))
    assert differing(theirs, ours) == {
        "claims.type": (ABSENT, "tx.create"),
        "claims.client_id": (ABSENT, CLIENT_ID),
    }


def test_every_intended_difference_occurs(recorder, key):
    # The tests above have seen each intended difference. Each must be intended somewhere.
    seen = [(operation, both(operation, recorder, key)[0]) for operation in OPERATIONS]
    seen.append((OPERATIONS[0], {"path": "/certs"}))
    for difference in DIFFERENCES:
        occurs = any(difference.where(operation, theirs) for operation, theirs in seen)
        assert occurs, difference.reason


def test_every_call_of_the_header_is_compared():
    # These make no request; their tokens and key fetches are compared above.
    local = {
        "generate_service_token", "generate_tx_auth_token", "verify_token", "verify_transaction",
    }
    calls = set(re.findall(r"lid_status lid_(\w+)\(const lid_client \*", HEADER.read_text()))
    compared = {operation.name for operation in OPERATIONS}
    assert len(calls) > 30 and len(compared) > 25
    # Those that the Python SDK does not have cannot be compared.
    theirs = {row[4].removeprefix("`lid_").rstrip("`") for row in rows() if row[0]}
    assert compared == calls & theirs - local
