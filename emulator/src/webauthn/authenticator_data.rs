//! The authenticator data, in a binary layout:
//! rpIdHash 32 | flags 1 | signCount 4 | with flag AT: aaguid 16, length 2, id, COSE key |
//! with flag ED: a CBOR map of extensions.

use super::cbor;
use super::expected::Expected;
use super::public_key::PublicKey;
use super::refusal::Refusal;
use crate::encoding::sha256;

const USER_PRESENT: u8 = 1 << 0;
const USER_VERIFIED: u8 = 1 << 2;
const BACKUP_ELIGIBLE: u8 = 1 << 3;
const BACKED_UP: u8 = 1 << 4;
const CREDENTIAL_INCLUDED: u8 = 1 << 6;
const EXTENSIONS_INCLUDED: u8 = 1 << 7;

const CREDENTIAL_ID_MAX: usize = 1023;

pub(super) struct AuthenticatorData {
    rp_id_hash: [u8; 32],
    flags: u8,
    pub(super) sign_count: u32,
    pub(super) credential: Option<Credential>,
}

/// The attested credential data of a registration.
pub(super) struct Credential {
    pub(super) aaguid: [u8; 16],
    pub(super) id: Vec<u8>,
    pub(super) public_key: PublicKey,
}

impl AuthenticatorData {
    pub(super) fn decode(bytes: &[u8]) -> Result<Self, Refusal> {
        let mut rest = bytes;
        let rp_id_hash = take(&mut rest)?;
        let [flags] = take(&mut rest)?;
        let sign_count = u32::from_be_bytes(take(&mut rest)?);
        let credential = if flags & CREDENTIAL_INCLUDED != 0 {
            Some(Credential::decode(&mut rest)?)
        } else {
            None
        };
        if flags & EXTENSIONS_INCLUDED != 0 {
            // No extension was requested: their content is ignored, but must be well formed.
            cbor::map_prefix("extensions", &mut rest)?;
        }
        if !rest.is_empty() {
            return Err(Refusal::AuthenticatorData("more bytes than its flags say"));
        }
        Ok(Self {
            rp_id_hash,
            flags,
            sign_count,
            credential,
        })
    }

    /// The checks that registrations and assertions share.
    pub(super) fn verify(&self, expected: &Expected) -> Result<(), Refusal> {
        if self.rp_id_hash != sha256(&[expected.rp_id.as_bytes()]) {
            return Err(Refusal::RpId);
        }
        if !self.has(USER_PRESENT) {
            return Err(Refusal::UserNotPresent);
        }
        if expected.require_user_verification && !self.has(USER_VERIFIED) {
            return Err(Refusal::UserNotVerified);
        }
        if self.has(BACKED_UP) && !self.backup_eligible() {
            return Err(Refusal::BackupState);
        }
        Ok(())
    }

    pub(super) fn backup_eligible(&self) -> bool {
        self.has(BACKUP_ELIGIBLE)
    }

    fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }
}

impl Credential {
    fn decode(rest: &mut &[u8]) -> Result<Self, Refusal> {
        let aaguid = take(rest)?;
        let length = usize::from(u16::from_be_bytes(take(rest)?));
        if !(1..=CREDENTIAL_ID_MAX).contains(&length) {
            return Err(Refusal::CredentialIdLength(length));
        }
        let id = rest.split_off(..length).ok_or(TOO_SHORT)?.to_vec();
        let public_key = PublicKey::decode(rest)?;
        Ok(Self {
            aaguid,
            id,
            public_key,
        })
    }
}

const TOO_SHORT: Refusal = Refusal::AuthenticatorData("fewer bytes than its flags say");

fn take<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], Refusal> {
    let (head, tail) = rest.split_first_chunk().ok_or(TOO_SHORT)?;
    *rest = tail;
    Ok(*head)
}
