//! The forms in which a web page answers: what the service takes, and where it is in the object of
//! `PublicKeyCredential.toJSON()`.

use crate::codes::Code;
use crate::webauthn::{Form, Source};

pub(super) static CREATION: Form = Form {
    members: &[
        ("credentialId", Source::Id),
        ("clientDataJSON", Source::Response("clientDataJSON")),
        ("attestationObject", Source::Response("attestationObject")),
    ],
    optional: &[
        "publicKey",
        "publicKeyAlgorithm",
        "authenticatorData",
        "transports",
    ],
    code: Code::InvalidAttestationPayload,
};

pub(super) static ASSERTION: Form = Form {
    members: &[
        ("credentialId", Source::Id),
        ("clientDataJSON", Source::Response("clientDataJSON")),
        ("authenticatorData", Source::Response("authenticatorData")),
        ("signature", Source::Response("signature")),
    ],
    optional: &["userHandle"],
    code: Code::InvalidAssertionPayload,
};

pub(super) static CONFIRMATION: Form = Form {
    members: &[
        ("keyHandle", Source::Id),
        ("clientData", Source::Response("clientDataJSON")),
        ("authenticatorData", Source::Response("authenticatorData")),
        ("signature", Source::Response("signature")),
    ],
    optional: &[],
    code: Code::InvalidAssertionPayload,
};
