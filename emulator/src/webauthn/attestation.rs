//! The attestation object of a registration: the authenticator data and a statement about it.

use super::public_key::ES256;
use super::{PublicKey, Refusal, cbor};

pub(super) struct AttestationObject {
    pub(super) authenticator_data: Vec<u8>,
    statement: Statement,
}

enum Statement {
    /// The browser withheld it, as it does unless it was asked to convey it.
    None,
    /// `packed` without certificates: the new key itself signs, which proves its possession.
    PackedSelf { signature: Vec<u8> },
}

impl AttestationObject {
    pub(super) fn decode(bytes: &[u8]) -> Result<Self, Refusal> {
        let mut object = cbor::map("attestation object", bytes)?;
        let authenticator_data = object.bytes("authData")?;
        let format = object.text("fmt")?;
        let statement = object.map("attStmt", "attestation statement")?;
        object.end()?;
        let statement = match format.as_str() {
            "none" => Statement::none(statement)?,
            "packed" => Statement::packed(statement)?,
            _ => return Err(Refusal::AttestationFormat(format)),
        };
        Ok(Self {
            authenticator_data,
            statement,
        })
    }

    /// Checks the statement. The key is the one in the authenticator data.
    pub(super) fn verify(&self, key: &PublicKey, client_data_hash: &[u8]) -> Result<(), Refusal> {
        let Statement::PackedSelf { signature } = &self.statement else {
            return Ok(());
        };
        let signed = [&self.authenticator_data, client_data_hash].concat();
        if key.has_signed(&signed, signature) {
            Ok(())
        } else {
            Err(Refusal::AttestationSignature)
        }
    }
}

impl Statement {
    fn none(statement: cbor::Map) -> Result<Self, Refusal> {
        match statement.end() {
            Ok(()) => Ok(Self::None),
            Err(_) => Err(Refusal::AttestationNotEmpty),
        }
    }

    fn packed(mut statement: cbor::Map) -> Result<Self, Refusal> {
        if statement.take("x5c").is_some() {
            return Err(Refusal::AttestationCertificate);
        }
        // The credential key is ES256, or it was refused.
        let algorithm = statement.integer("alg")?;
        if algorithm != ES256 {
            return Err(Refusal::AttestationAlgorithm(algorithm));
        }
        let signature = statement.bytes("sig")?;
        statement.end()?;
        Ok(Self::PackedSelf { signature })
    }
}
