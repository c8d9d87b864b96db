"""Functions without a client."""

import json
from typing import TypedDict

from ._arguments import text
from ._native import invoke


class KeyPair(TypedDict):
    """A new key, both parts as PEM. The public one is for the dashboard."""

    private_key: str
    public_key: str


def generate_key_pair() -> KeyPair:
    """Makes a P-256 key pair for the dashboard.

    Returns ``{"private_key": PEM, "public_key": PEM}``.
    """
    pair: KeyPair = json.loads(invoke("lid_generate_key_pair"))
    return pair


def json_get(document: str, pointer: str) -> str:
    """Reads one value of a JSON text by its RFC 6901 pointer.

    A string is returned itself, anything else as JSON. Python's own ``json`` does
    the same; this function is for numbers that a float would round.
    """
    return invoke("lid_json_get", text(document, "document"), text(pointer, "pointer"))
