//! An authenticator that signs anything.

use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256,
    RsaKeyPair,
};
use ciborium::Value;
use loginid_emulator::webauthn::{
    Expected, Refusal, RegisteredKey, verify_assertion, verify_registration,
};

pub const CHALLENGE: &str = "q83vEjRWeJA";
pub const ORIGIN: &str = "https://login.example.com";
pub const RP_ID: &str = "example.com";

pub const PRESENT: u8 = 0x01;
pub const VERIFIED: u8 = 0x04;
pub const BACKUP_ELIGIBLE: u8 = 0x08;
pub const BACKED_UP: u8 = 0x10;
pub const CREDENTIAL: u8 = 0x40;
pub const EXTENSIONS: u8 = 0x80;

pub fn expected() -> Expected {
    Expected {
        challenge: CHALLENGE.into(),
        origins: vec!["https://example.com".into(), ORIGIN.into()],
        rp_id: RP_ID.into(),
        require_user_verification: true,
    }
}

pub fn client_data(ceremony: &str, challenge: &str, origin: &str) -> String {
    format!(
        r#"{{"type":"{ceremony}","challenge":"{challenge}","origin":"{origin}","crossOrigin":false}}"#
    )
}

pub type Members = Vec<(Value, Value)>;

/// A key of each algorithm that is offered.
#[derive(Clone)]
pub enum Key {
    Es256(Arc<EcdsaKeyPair>),
    EdDsa(Arc<Ed25519KeyPair>),
    Rs256(Arc<RsaKeyPair>),
}

impl Key {
    pub fn es256() -> Self {
        Self::Es256(Arc::new(
            EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap(),
        ))
    }

    pub fn eddsa() -> Self {
        Self::EdDsa(Arc::new(Ed25519KeyPair::generate().unwrap()))
    }

    /// It takes a second to make one.
    pub fn rs256() -> Self {
        Self::Rs256(Arc::new(RsaKeyPair::generate(KeySize::Rsa2048).unwrap()))
    }

    pub fn algorithm(&self) -> i32 {
        match self {
            Self::Es256(_) => -7,
            Self::EdDsa(_) => -8,
            Self::Rs256(_) => -257,
        }
    }

    pub fn cose(&self) -> Members {
        let parameters: Vec<(i32, Value)> = match self {
            Self::Es256(key) => {
                let (x, y) = key.public_key().as_ref()[1..].split_at(32);
                vec![
                    (1, 2.into()),
                    (3, (-7).into()),
                    (-1, 1.into()),
                    (-2, x.into()),
                    (-3, y.into()),
                ]
            }
            Self::EdDsa(key) => {
                let x = key.public_key().as_ref();
                vec![
                    (1, 1.into()),
                    (3, (-8).into()),
                    (-1, 6.into()),
                    (-2, x.into()),
                ]
            }
            Self::Rs256(key) => {
                let key = key.public_key();
                let (n, e) = (key.modulus(), key.exponent());
                let (n, e) = (
                    n.big_endian_without_leading_zero(),
                    e.big_endian_without_leading_zero(),
                );
                vec![
                    (1, 3.into()),
                    (3, (-257).into()),
                    (-1, n.into()),
                    (-2, e.into()),
                ]
            }
        };
        parameters
            .into_iter()
            .map(|(label, value)| (label.into(), value))
            .collect()
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match self {
            Self::Es256(key) => key.sign(&random, message).unwrap().as_ref().to_vec(),
            Self::EdDsa(key) => key.sign(message).as_ref().to_vec(),
            Self::Rs256(key) => {
                let mut signature = vec![0; key.public_modulus_len()];
                key.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature)
                    .unwrap();
                signature
            }
        }
    }
}

/// The parts of a good answer, of which a test changes one. It is signed after the change, so that the
/// refusal is due to that part and not to a broken signature.
pub struct Answer {
    pub key: Key,
    pub client_data: Vec<u8>,
    pub rp_id: &'static str,
    pub flags: u8,
    pub sign_count: u32,
    pub credential_id: Vec<u8>,
    pub cose: Members,
    /// The bytes after the credential in the authenticator data.
    pub tail: Vec<u8>,
    pub format: &'static str,
    /// Replaces the good statement of format `packed`.
    pub statement: Option<Members>,
    /// More members of the attestation object.
    pub more: Members,
}

impl Answer {
    pub fn registration() -> Self {
        Self::registration_of(Key::es256())
    }

    pub fn registration_of(key: Key) -> Self {
        Self {
            client_data: client_data("webauthn.create", CHALLENGE, ORIGIN).into(),
            rp_id: RP_ID,
            flags: PRESENT | VERIFIED | CREDENTIAL,
            sign_count: 7,
            credential_id: b"credential".to_vec(),
            cose: key.cose(),
            tail: vec![],
            format: "packed",
            statement: None,
            more: vec![],
            key,
        }
    }

    pub fn assertion() -> Self {
        Self::assertion_of(Key::es256())
    }

    pub fn assertion_of(key: Key) -> Self {
        Self {
            client_data: client_data("webauthn.get", CHALLENGE, ORIGIN).into(),
            flags: PRESENT | VERIFIED,
            sign_count: 8,
            ..Self::registration_of(key)
        }
    }

    pub fn authenticator_data(&self) -> Vec<u8> {
        let mut data = digest(&SHA256, self.rp_id.as_bytes()).as_ref().to_vec();
        data.push(self.flags);
        data.extend(self.sign_count.to_be_bytes());
        if self.flags & CREDENTIAL != 0 {
            data.extend(*b"aaguid of a test");
            data.extend((self.credential_id.len() as u16).to_be_bytes());
            data.extend(&self.credential_id);
            data.extend(encode(self.cose.clone()));
        }
        data.extend(&self.tail);
        data
    }

    pub fn attestation_object(&self) -> Vec<u8> {
        let right = || packed_as(self.key.algorithm(), self.sign(&self.authenticator_data()));
        self.object_over(
            self.authenticator_data(),
            self.statement.clone().unwrap_or_else(right),
        )
    }

    pub fn object_over(&self, authenticator_data: Vec<u8>, statement: Members) -> Vec<u8> {
        let mut object = vec![
            ("fmt".into(), self.format.into()),
            ("attStmt".into(), Value::Map(statement)),
            ("authData".into(), Value::Bytes(authenticator_data)),
        ];
        object.extend(self.more.clone());
        encode(object)
    }

    /// Over the given authenticator data and this answer's client data.
    pub fn sign(&self, authenticator_data: &[u8]) -> Vec<u8> {
        let hash = digest(&SHA256, &self.client_data);
        let signed = [authenticator_data, hash.as_ref()].concat();
        self.key.sign(&signed)
    }

    pub fn register(&self) -> Result<RegisteredKey, Refusal> {
        let object = self.attestation_object();
        verify_registration(&expected(), &self.client_data, &object)
    }

    /// The registered key, with the sign count 7.
    pub fn login(&self) -> Result<u32, Refusal> {
        let data = self.authenticator_data();
        let (key, signature) = (self.registered(), self.sign(&data));
        verify_assertion(&expected(), &key, &self.client_data, &data, &signature)
    }

    pub fn registered(&self) -> RegisteredKey {
        RegisteredKey {
            credential_id: self.credential_id.clone(),
            public_key: encode(self.key.cose()).try_into().unwrap(),
            sign_count: 7,
            aaguid: [0; 16],
            backup_eligible: false,
        }
    }
}

/// The refusal of a registration with one change.
pub fn refused_registration(change: impl FnOnce(&mut Answer)) -> Refusal {
    let mut answer = Answer::registration();
    change(&mut answer);
    answer.register().unwrap_err()
}

/// The refusal of an assertion with one change.
pub fn refused_assertion(change: impl FnOnce(&mut Answer)) -> Refusal {
    let mut answer = Answer::assertion();
    change(&mut answer);
    answer.login().unwrap_err()
}

pub fn packed(signature: Vec<u8>) -> Members {
    packed_as(-7, signature)
}

pub fn packed_as(algorithm: i32, signature: Vec<u8>) -> Members {
    vec![
        ("alg".into(), algorithm.into()),
        ("sig".into(), Value::Bytes(signature)),
    ]
}

pub fn encode(members: Members) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(&Value::Map(members), &mut bytes).unwrap();
    bytes
}
