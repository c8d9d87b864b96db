"""The intended differences between the requests of libloginid and the Python SDK, with reasons.

Nothing else may differ, and each of these must occur: remove one that no longer does.
"""

from dataclasses import dataclass
from typing import Any, Callable

import libloginid
from operations import CLIENT_ID, USER, USER_ID

ABSENT = "<absent>"
# Any value that the other side's HTTP client sends.
ANY = object()

WITHOUT_SCOPE = {
    "authenticate_fido2_complete",
    "authenticate_doc_scan_complete",
    "authenticate_publickey_complete",
    "complete_add_fido2_credential",
}


@dataclass(frozen=True)
class Difference:
    """In `field`, where `where(operation, python's fields)` holds: one says this, the other that."""

    field: str
    python: Any
    ours: Any
    where: Callable
    reason: str


def everywhere(_operation, _fields):
    return True


def with_service_token(operation, fields):
    return "authorization" in fields and operation.name != "create_tx"


def complete_without_scope(operation, _fields):
    return operation.name in WITHOUT_SCOPE


def create_tx(operation, _fields):
    return operation.name == "create_tx"


def certs(_operation, fields):
    return fields["path"] == "/certs"


def names_user(_operation, fields):
    return "authorization" in fields and fields.get("body.username") is not None


def names_user_id_only(operation, fields):
    given = fields.get("body.user_id") is not None or USER_ID in fields["path"]
    return given and not names_user(operation, fields) and operation.variant != "with a slash"


def leaks(member):
    return lambda _operation, fields: fields.get("body." + member, ABSENT) is None


def slash_in_path(operation, _fields):
    return operation.variant == "with a slash"


def scope_of(operation, fields):
    """The scope of an operation: the Python SDK's, or that of the init before a complete."""
    if operation.name in WITHOUT_SCOPE:
        adds = operation.name == "complete_add_fido2_credential"
        return "credentials.add" if adds else "auth.login"
    return fields["claims.type"]


DIFFERENCES = [
    Difference(
        "header.user-agent", ANY, f"LoginID-SDK/{libloginid.version()}/c", everywhere,
        "the service's statistics know which SDK is calling",
    ),
    Difference(
        "header.accept", "*/*", "application/json", everywhere,
        "names the accepted format, so that proxies do not answer with HTML",
    ),
    Difference(
        "header.accept-encoding", ANY, ABSENT, everywhere,
        "a compressed answer could be a bomb: none is requested or accepted",
    ),
    Difference(
        "header.request-id", ABSENT, "<uuid>", everywhere,
        "lets the service's log be searched for the call that failed",
    ),
    Difference(
        "header.x-client-id", ABSENT, CLIENT_ID, create_tx,
        "every other call has it; the SDK forgets it where it makes its own headers",
    ),
    Difference(
        "header.x-client-id", ABSENT, CLIENT_ID, certs,
        "the same headers on every request",
    ),
    Difference(
        "header.content-type", ABSENT, "application/json", certs,
        "the same headers on every request",
    ),
    Difference(
        "claims.scope", ABSENT, scope_of, with_service_token,
        "newer documentation names the claim so; both names satisfy either",
    ),
    Difference(
        "claims.type", None, scope_of, complete_without_scope,
        "the scope of the init; the SDK signs a token that allows nothing in particular",
    ),
    Difference(
        "claims.type", ABSENT, "tx.create", create_tx,
        "the three other SDKs name the scope so; both names satisfy either",
    ),
    Difference(
        "claims.client_id", ABSENT, CLIENT_ID, create_tx,
        "the documentation lists it for every token",
    ),
    Difference(
        "claims.username", ABSENT, USER, names_user,
        "the documentation binds a token to the user of the body, and a stolen one to no other",
    ),
    Difference(
        "claims.user_id", ABSENT, USER_ID, names_user_id_only,
        "as above, for calls that name the user by id",
    ),
    Difference(
        "claims.user_id", ABSENT, USER_ID + "/activate", slash_in_path,
        "as above: the id as it was given",
    ),
    Difference(
        "body.tx_type", ABSENT, "text", create_tx,
        "the documentation requires it",
    ),
    Difference(
        "body.user_id", None, ABSENT, leaks("user_id"),
        "the SDK sends null for what was not given",
    ),
    Difference(
        "body.username", None, ABSENT, leaks("username"),
        "the SDK sends null for what was not given",
    ),
    Difference(
        "path", f"/manage/users/{USER_ID}/activate", f"/manage/users/{USER_ID}%2Factivate", slash_in_path,
        "an id stays one segment: it must not turn a call into another one",
    ),
]
