"""A browser and its authenticator in one: the objects of ``PublicKeyCredential.toJSON()``."""

import base64
import hashlib
import json
import os

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

ORIGIN = "http://localhost"
PRESENT, VERIFIED, WITH_CREDENTIAL = 0x01, 0x04, 0x40


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Device:
    """Makes passkeys, and signs with them."""

    def __init__(self):
        self._keys = {}
        self._count = 0

    def create(self, options):
        """Makes a passkey for creation options."""
        key, credential_id = ec.generate_private_key(ec.SECP256R1()), os.urandom(32)
        self._keys[base64url(credential_id)] = key
        numbers = key.public_key().public_numbers()
        point = (numbers.x.to_bytes(32, "big"), numbers.y.to_bytes(32, "big"))
        # COSE: {1: 2, 3: -7, -1: 1, -2: x, -3: y}.
        cose = b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20%b\x22\x58\x20%b" % point
        credential = bytes(16) + len(credential_id).to_bytes(2, "big") + credential_id + cose
        data = self._data(options["rp"]["id"], WITH_CREDENTIAL) + credential
        # CBOR: {"fmt": "none", "attStmt": {}, "authData": data}.
        attestation = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58"
        attestation += bytes([len(data)]) + data
        client_data = self._client_data("webauthn.create", options)
        return self._credential(
            base64url(credential_id),
            clientDataJSON=base64url(client_data),
            attestationObject=base64url(attestation),
        )

    def sign(self, options):
        """Signs with a passkey that request options allow."""
        allowed = [one["id"] for one in options["allowCredentials"]] or list(self._keys)
        credential_id = next(one for one in allowed if one in self._keys)
        data = self._data(options["rpId"], 0)
        client_data = self._client_data("webauthn.get", options)
        signed = data + hashlib.sha256(client_data).digest()
        signature = self._keys[credential_id].sign(signed, ec.ECDSA(hashes.SHA256()))
        return self._credential(
            credential_id,
            clientDataJSON=base64url(client_data),
            authenticatorData=base64url(data),
            signature=base64url(signature),
        )

    def _credential(self, credential_id, **response):
        return {
            "id": credential_id,
            "rawId": credential_id,
            "type": "public-key",
            "clientExtensionResults": {},
            "response": response,
        }

    def _client_data(self, kind, options):
        members = {"type": kind, "challenge": options["challenge"], "origin": ORIGIN}
        return json.dumps(members).encode()

    def _data(self, rp_id, flags):
        self._count += 1
        head = bytes([PRESENT | VERIFIED | flags]) + self._count.to_bytes(4, "big")
        return hashlib.sha256(rp_id.encode()).digest() + head
