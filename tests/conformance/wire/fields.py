"""A request or a token as a flat table of fields, for comparison."""

import json
import re
import time
import uuid

import jwt

# Headers of HTTP's transport, which say nothing about the message.
FRAMING = {"host", "connection", "content-length", "transfer-encoding"}


def of_request(request, public_key):
    """Every part of a request: its target, headers, body and token."""
    method, target, headers, body = request
    path, _, query = target.partition("?")
    fields = {"method": method, "path": path, "query": query}
    for name, value in headers:
        name = name.lower()
        if name == "authorization":
            scheme, _, token = value.partition(" ")
            fields["authorization"] = scheme
            fields.update(of_token(token, public_key))
        elif name not in FRAMING:
            fields["header." + name] = "<uuid>" if _is_uuid(value) else value
    if body:
        _flatten(fields, "body", json.loads(body))
    return fields


def of_token(token, public_key):
    """Header and claims of a token, whose signature must be good."""
    fields = {"token." + name: value for name, value in jwt.get_unverified_header(token).items()}
    _flatten(fields, "claims", jwt.decode(token, public_key, ["ES256"]))
    return fields


def _flatten(fields, name, value):
    if isinstance(value, dict):
        for member, inner in value.items():
            _flatten(fields, f"{name}.{member}", inner)
    else:
        fields[name] = _placeholder(name, value)


def _placeholder(name, value):
    """Values that differ each time are replaced by their form."""
    if name.endswith(".nonce") and isinstance(value, str) and re.fullmatch("[0-9A-Za-z]{16}", value):
        return "<nonce>"
    if name == "claims.iat" and isinstance(value, int) and abs(value - time.time()) < 300:
        return "<now>"
    return value


def _is_uuid(text):
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False
