"""A browser and its authenticator in one, in LoginID's JSON."""

import hashlib
import os

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

FLAG = AuthenticatorData.FLAG
PRESENT_AND_VERIFIED = FLAG.UP | FLAG.UV


class Authenticator:
    """A device on a page of this origin, with its keys: `keys[credential id]`."""

    def __init__(self, origin):
        self._origin = origin
        self._count = 0
        self.keys = {}

    def register(self, payload):
        """Makes a key for an `attestation_payload`."""
        assert {"type": "public-key", "alg": ES256.ALGORITHM} in payload["pubKeyCredParams"]
        key, credential_id = ec.generate_private_key(ec.SECP256R1()), os.urandom(32)
        self.keys[websafe_encode(credential_id)] = key
        credential = AttestedCredentialData.create(
            Aaguid.NONE, credential_id, ES256.from_cryptography_key(key.public_key())
        )
        data = self._data(payload["rp"]["id"], PRESENT_AND_VERIFIED | FLAG.AT, credential)
        client_data = self._client_data("webauthn.create", payload)
        return {
            "credential_uuid": payload["credential_uuid"],
            "credential_id": websafe_encode(credential_id),
            "challenge": payload["challenge"],
            "client_data": websafe_encode(client_data),
            "attestation_data": websafe_encode(AttestationObject.create("none", data, {})),
        }

    def login(self, payload):
        """Signs for an `assertion_payload`."""
        allowed = [descriptor["id"] for descriptor in payload["allowCredentials"]]
        credential_id = next(known for known in allowed if known in self.keys)
        data = self._data(payload["rpId"], PRESENT_AND_VERIFIED)
        client_data = self._client_data("webauthn.get", payload)
        signed = data + client_data.hash
        return {
            "challenge": payload["challenge"],
            "credential_id": credential_id,
            "client_data": websafe_encode(client_data),
            "authenticator_data": websafe_encode(data),
            "signature": websafe_encode(
                self.keys[credential_id].sign(signed, ec.ECDSA(hashes.SHA256()))
            ),
        }

    def _client_data(self, kind, payload):
        return CollectedClientData.create(kind, payload["challenge"], self._origin)

    def _data(self, rp_id, flags, credential=b""):
        self._count += 1
        rp_id_hash = hashlib.sha256(rp_id.encode()).digest()
        return AuthenticatorData.create(rp_id_hash, flags, self._count, credential)
