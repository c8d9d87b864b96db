//! The attestation object of a registration: the authenticator data and a statement about it.

use super::cbor;
use super::public_key::PublicKey;
use super::refusal::Refusal;

pub(super) struct AttestationObject {
    pub(super) authenticator_data: Vec<u8>,
    statement: Statement,
}

enum Statement {
    /// No statement, as from a browser that was not asked for one.
    None,
    /// `packed` without certificates: the new key itself signs, which proves possession of it.
    PackedSelf { algorithm: i128, signature: Vec<u8> },
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
        let Statement::PackedSelf {
            algorithm,
            signature,
        } = &self.statement
        else {
            return Ok(());
        };
        if *algorithm != key.algorithm().into() {
            return Err(Refusal::AttestationAlgorithm(*algorithm));
        }
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
        let algorithm = statement.integer("alg")?;
        let signature = statement.bytes("sig")?;
        statement.end()?;
        Ok(Self::PackedSelf {
            algorithm,
            signature,
        })
    }
}
