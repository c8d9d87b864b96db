//! The table of operations: what each call sends where, what it must be allowed
//! to do, and what it may expect back.

use crate::codes::Code;
use crate::operation::{Answer, Authorization, Method, Operation};

pub(super) static VERIFY_TOKEN_REMOTE: Operation = Operation {
    name: "v2_verify_token_remote",
    method: Method::Post,
    path: "/fido2/v2/mgmt/token/verify",
    constants: &[],
    authorization: Authorization::ApiKey,
    key_required: true,
    safe: true,
    one_time_code: false,
    answer: Answer::NoContent,
};

pub(super) static CREATE_GRANT: Operation = Operation {
    name: "v2_create_grant",
    method: Method::Post,
    path: "/fido2/v2/mgmt/grant",
    constants: &[],
    authorization: Authorization::ApiKey,
    key_required: true,
    safe: false,
    one_time_code: false,
    answer: Answer::Identified {
        id: "token",
        missing: Code::MissingJwt,
    },
};

pub(super) static CREATE_EXTERNAL_AUTH: Operation = Operation {
    name: "v2_create_external_auth",
    method: Method::Post,
    path: "/fido2/v2/mgmt/grant/external-auth",
    constants: &[],
    authorization: Authorization::ApiKey,
    key_required: true,
    safe: false,
    one_time_code: false,
    answer: Answer::Identified {
        id: "token",
        missing: Code::MissingJwt,
    },
};

pub(super) static LIST_PASSKEYS: Operation = Operation {
    name: "v2_list_passkeys",
    method: Method::Get,
    path: "/fido2/v2/passkeys",
    constants: &[],
    authorization: Authorization::User {
        scope: "passkey:read",
    },
    key_required: false,
    safe: true,
    one_time_code: false,
    answer: Answer::List { name: "passkeys" },
};

pub(super) static RENAME_PASSKEY: Operation = Operation {
    name: "v2_rename_passkey",
    method: Method::Put,
    path: "/fido2/v2/passkeys/{id}",
    constants: &[],
    authorization: Authorization::User {
        scope: "passkey:write",
    },
    key_required: false,
    safe: false,
    one_time_code: false,
    answer: Answer::Nothing,
};

pub(super) static DELETE_PASSKEY: Operation = Operation {
    name: "v2_delete_passkey",
    method: Method::Delete,
    path: "/fido2/v2/passkeys/{id}",
    constants: &[],
    authorization: Authorization::User {
        scope: "passkey:write",
    },
    key_required: false,
    safe: false,
    one_time_code: false,
    answer: Answer::Nothing,
};

pub(super) static GET_AUTHENTICATOR: Operation = Operation {
    name: "v2_get_authenticator",
    method: Method::Get,
    path: "/fido2/v2/passkeys/aaguid/{aaguid}",
    constants: &[],
    authorization: Authorization::User {
        scope: "passkey:read",
    },
    key_required: false,
    safe: true,
    one_time_code: false,
    answer: Answer::Object,
};

pub(super) static CREATE_OTP: Operation = Operation {
    name: "v2_create_otp",
    method: Method::Post,
    path: "/fido2/v2/auth/otp",
    constants: &[],
    authorization: Authorization::User {
        scope: "auth:write",
    },
    key_required: false,
    safe: false,
    one_time_code: false,
    answer: Answer::Object,
};

pub(super) static SEND_OTP_EMAIL: Operation = Operation {
    name: "v2_send_otp_email",
    method: Method::Post,
    path: "/fido2/v2/auth/otp/email",
    constants: &[],
    authorization: Authorization::None,
    key_required: false,
    safe: false,
    one_time_code: false,
    answer: Answer::Nothing,
};

pub(super) static SEND_OTP_SMS: Operation = Operation {
    name: "v2_send_otp_sms",
    method: Method::Post,
    path: "/fido2/v2/auth/otp/sms",
    constants: &[],
    authorization: Authorization::None,
    key_required: false,
    safe: false,
    one_time_code: false,
    answer: Answer::Nothing,
};

pub(super) static VERIFY_OTP: Operation = Operation {
    name: "v2_verify_otp",
    method: Method::Post,
    path: "/fido2/v2/auth/otp/verify",
    constants: &[],
    authorization: Authorization::None,
    key_required: false,
    safe: false,
    one_time_code: true,
    answer: Answer::Login,
};

pub(super) static DELETE_USER: Operation = Operation {
    name: "v2_delete_user",
    method: Method::Delete,
    path: "/fido2/v2/profile/{user_id}",
    constants: &[],
    authorization: Authorization::ApiKey,
    key_required: true,
    safe: false,
    one_time_code: false,
    answer: Answer::Nothing,
};

pub(super) static SET_EMAIL: Operation = Operation {
    name: "v2_set_email",
    method: Method::Post,
    path: "/fido2/v2/profile/{user_id}/email",
    constants: &[],
    authorization: Authorization::ApiKey,
    key_required: true,
    safe: false,
    one_time_code: false,
    answer: Answer::Nothing,
};

pub(super) static REMOVE_EMAIL: Operation = Operation {
    name: "v2_remove_email",
    method: Method::Delete,
    path: "/fido2/v2/profile/{user_id}/email",
    constants: &[],
    authorization: Authorization::ApiKey,
    key_required: true,
    safe: false,
    one_time_code: false,
    answer: Answer::Nothing,
};

pub(super) static VERIFY_EMAIL: Operation = Operation {
    name: "v2_verify_email",
    method: Method::Post,
    path: "/fido2/v2/profile/email/verify",
    constants: &[],
    authorization: Authorization::None,
    key_required: false,
    safe: false,
    one_time_code: true,
    answer: Answer::Nothing,
};

pub(super) static SET_PHONE: Operation = Operation {
    name: "v2_set_phone",
    method: Method::Post,
    path: "/fido2/v2/profile/{user_id}/phone",
    constants: &[],
    authorization: Authorization::ApiKey,
    key_required: true,
    safe: false,
    one_time_code: false,
    answer: Answer::Nothing,
};

pub(super) static REMOVE_PHONE: Operation = Operation {
    name: "v2_remove_phone",
    method: Method::Delete,
    path: "/fido2/v2/profile/{user_id}/phone",
    constants: &[],
    authorization: Authorization::ApiKey,
    key_required: true,
    safe: false,
    one_time_code: false,
    answer: Answer::Nothing,
};

pub(super) static VERIFY_PHONE: Operation = Operation {
    name: "v2_verify_phone",
    method: Method::Post,
    path: "/fido2/v2/profile/phone/verify",
    constants: &[],
    authorization: Authorization::None,
    key_required: false,
    safe: false,
    one_time_code: true,
    answer: Answer::Nothing,
};

pub(super) static REGISTER_INIT: Operation = Operation {
    name: "v2_register_init",
    method: Method::Post,
    path: "/fido2/v2/reg/init",
    constants: &[],
    authorization: Authorization::None,
    key_required: false,
    safe: false,
    one_time_code: false,
    answer: Answer::Object,
};

pub(super) static REGISTER_COMPLETE: Operation = Operation {
    name: "v2_register_complete",
    method: Method::Post,
    path: "/fido2/v2/reg/complete",
    constants: &[],
    authorization: Authorization::None,
    key_required: false,
    safe: false,
    one_time_code: false,
    answer: Answer::Login,
};

pub(super) static AUTHENTICATE_INIT: Operation = Operation {
    name: "v2_authenticate_init",
    method: Method::Post,
    path: "/fido2/v2/auth/init",
    constants: &[],
    authorization: Authorization::None,
    key_required: false,
    safe: false,
    one_time_code: false,
    answer: Answer::Object,
};

pub(super) static AUTHENTICATE_COMPLETE: Operation = Operation {
    name: "v2_authenticate_complete",
    method: Method::Post,
    path: "/fido2/v2/auth/complete",
    constants: &[],
    authorization: Authorization::None,
    key_required: false,
    safe: false,
    one_time_code: false,
    answer: Answer::Login,
};

pub(super) static INIT_TX: Operation = Operation {
    name: "v2_init_tx",
    method: Method::Post,
    path: "/fido2/v2/tx/init",
    constants: &[("txType", "raw")],
    authorization: Authorization::None,
    key_required: false,
    safe: false,
    one_time_code: false,
    answer: Answer::Object,
};

pub(super) static COMPLETE_TX: Operation = Operation {
    name: "v2_complete_tx",
    method: Method::Post,
    path: "/fido2/v2/tx/complete",
    constants: &[],
    authorization: Authorization::None,
    key_required: false,
    safe: false,
    one_time_code: false,
    answer: Answer::Identified {
        id: "token",
        missing: Code::MissingJwt,
    },
};

pub(super) static GET_VERSION: Operation = Operation {
    name: "v2_get_version",
    method: Method::Get,
    path: "/fido2/v2/version",
    constants: &[],
    authorization: Authorization::None,
    key_required: false,
    safe: true,
    one_time_code: false,
    answer: Answer::Object,
};
