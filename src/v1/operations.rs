//! The table of operations: the method, path, scope and answer of each. The protocol comes
//! from LoginID's documentation and its official server SDKs.

use crate::codes::Code;
use crate::operation::{Answer, Authorization, Method, Operation};

/// The scope of credential calls that add one without the user's code.
const FORCE_ADD: Authorization = Authorization::Scope("credentials.force_add");

const fn application_call(
    name: &'static str,
    path: &'static str,
    authorization: Authorization,
    answer: Answer,
) -> Operation {
    Operation {
        name,
        method: Method::Post,
        path,
        authorization,
        key_required: false,
        safe: false,
        one_time_code: false,
        answer,
    }
}

const fn management_call(
    name: &'static str,
    path: &'static str,
    authorization: Authorization,
) -> Operation {
    Operation {
        name,
        method: Method::Post,
        path,
        authorization,
        key_required: true,
        safe: false,
        one_time_code: false,
        answer: Answer::Object,
    }
}

use Answer::{
    Authentication, Confirmation, Identified, Login, Nothing, Object, PossibleAuthentication, Text,
};
use Authorization::{None as NoToken, Scope, Transaction};

// Transactions
pub(super) static CREATE_TX: Operation = application_call(
    "create_tx",
    "/tx",
    Transaction,
    Identified {
        id: "id",
        missing: Code::MissingId,
    },
);
pub(super) static INIT_TX: Operation = application_call(
    "init_tx",
    "/tx/init",
    NoToken,
    Identified {
        id: "tx_id",
        missing: Code::MissingTxId,
    },
);
pub(super) static COMPLETE_TX: Operation =
    application_call("complete_tx", "/tx/complete", NoToken, Confirmation);

// Registration
pub(super) static REGISTER_FIDO2_INIT: Operation = application_call(
    "register_fido2_init",
    "/register/fido2/init",
    Scope("auth.register"),
    Object,
);
pub(super) static REGISTER_FIDO2_COMPLETE: Operation = application_call(
    "register_fido2_complete",
    "/register/fido2/complete",
    Scope("auth.register"),
    Login,
);
pub(super) static REGISTER_PASSWORD: Operation = application_call(
    "register_password",
    "/register/password",
    Scope("auth.register"),
    Login,
);

// Authentication
pub(super) static AUTHENTICATE_PASSWORD: Operation = application_call(
    "authenticate_password",
    "/authenticate/password",
    Scope("auth.login"),
    Login,
);
pub(super) static AUTHENTICATE_FIDO2_INIT: Operation = application_call(
    "authenticate_fido2_init",
    "/authenticate/fido2/init",
    Scope("auth.login"),
    Object,
);
pub(super) static AUTHENTICATE_FIDO2_COMPLETE: Operation = application_call(
    "authenticate_fido2_complete",
    "/authenticate/fido2/complete",
    Scope("auth.login"),
    Login,
);
pub(super) static WAIT_CODE: Operation = Operation {
    one_time_code: true,
    ..application_call(
        "wait_code",
        "/authenticate/code/wait",
        Scope("auth.temporary"),
        Login,
    )
};
pub(super) static AUTHENTICATE_DOC_SCAN_INIT: Operation = application_call(
    "authenticate_doc_scan_init",
    "/authenticate/authid/init",
    Scope("auth.login"),
    Object,
);
pub(super) static AUTHENTICATE_DOC_SCAN_COMPLETE: Operation = application_call(
    "authenticate_doc_scan_complete",
    "/authenticate/authid/complete",
    Scope("auth.login"),
    Login,
);
pub(super) static AUTHENTICATE_PUBLICKEY_INIT: Operation = application_call(
    "authenticate_publickey_init",
    "/authenticate/publickey/init",
    Scope("auth.login"),
    Object,
);
pub(super) static AUTHENTICATE_PUBLICKEY_COMPLETE: Operation = application_call(
    "authenticate_publickey_complete",
    "/authenticate/publickey/complete",
    Scope("auth.login"),
    Login,
);

// Credentials
pub(super) static INIT_ADD_FIDO2_CREDENTIAL_WITH_CODE: Operation = Operation {
    one_time_code: true,
    ..application_call(
        "init_add_fido2_credential_with_code",
        "/credentials/fido2/init/code",
        Scope("credentials.add"),
        Object,
    )
};
pub(super) static COMPLETE_ADD_FIDO2_CREDENTIAL: Operation = application_call(
    "complete_add_fido2_credential",
    "/credentials/fido2/complete",
    Scope("credentials.add"),
    Authentication,
);
pub(super) static FORCE_FIDO2_CREDENTIAL_INIT: Operation = management_call(
    "force_fido2_credential_init",
    "/credentials/fido2/init/force",
    FORCE_ADD,
);
pub(super) static GET_CREDENTIALS: Operation = Operation {
    safe: true,
    ..management_call(
        "get_credentials",
        "/credentials/list",
        Scope("credentials.list"),
    )
};
pub(super) static RENAME_CREDENTIAL: Operation = management_call(
    "rename_credential",
    "/credentials/rename",
    Scope("credentials.rename"),
);
pub(super) static REVOKE_CREDENTIAL: Operation = management_call(
    "revoke_credential",
    "/credentials/revoke",
    Scope("credentials.revoke"),
);
pub(super) static ADD_DOC_SCAN_CREDENTIAL_INIT: Operation = management_call(
    "add_doc_scan_credential_init",
    "/credentials/authid/init",
    FORCE_ADD,
);
pub(super) static ADD_DOC_SCAN_CREDENTIAL_COMPLETE: Operation = Operation {
    answer: PossibleAuthentication,
    ..management_call(
        "add_doc_scan_credential_complete",
        "/credentials/authid/complete",
        FORCE_ADD,
    )
};
pub(super) static EVALUATE_DOC_SCAN_CREDENTIAL: Operation = management_call(
    "evaluate_doc_scan_credential",
    "/credentials/authid/evaluate",
    Scope("credentials.retrieve_sensitive"),
);
pub(super) static GENERATE_RECOVERY_CODE: Operation = management_call(
    "generate_recovery_code",
    "/credentials/recovery-code",
    Scope("credentials.add_recovery"),
);
pub(super) static ADD_PUBLICKEY_CREDENTIAL: Operation = Operation {
    answer: PossibleAuthentication,
    ..management_call(
        "add_publickey_credential",
        "/credentials/publickey",
        FORCE_ADD,
    )
};

// Codes
pub(super) static GENERATE_CODE: Operation = management_call(
    "generate_code",
    "/codes/{type}/generate",
    Scope("codes.generate"),
);
pub(super) static AUTHORIZE_CODE: Operation = Operation {
    one_time_code: true,
    ..management_call(
        "authorize_code",
        "/codes/{type}/authorize",
        Scope("codes.authorize"),
    )
};
pub(super) static INVALIDATE_ALL_CODES: Operation = management_call(
    "invalidate_all_codes",
    "/codes/{type}/invalidate-all",
    Scope("codes.invalidate"),
);

// Users
pub(super) static ADD_USER_WITHOUT_CREDENTIALS: Operation = management_call(
    "add_user_without_credentials",
    "/manage/users",
    Scope("users.create"),
);
pub(super) static GET_USER: Operation = Operation {
    safe: true,
    ..management_call(
        "get_user",
        "/manage/users/retrieve",
        Scope("users.retrieve"),
    )
};
pub(super) static DELETE_BY_USERNAME: Operation = Operation {
    answer: Nothing,
    ..management_call(
        "delete_by_username",
        "/manage/users/delete",
        Scope("users.delete"),
    )
};
pub(super) static DELETE_BY_USER_ID: Operation = Operation {
    method: Method::Delete,
    answer: Nothing,
    ..management_call(
        "delete_by_user_id",
        "/manage/users/{user_id}",
        Scope("users.delete"),
    )
};
pub(super) static ACTIVATE_USER_BY_ID: Operation = Operation {
    method: Method::Put,
    ..management_call(
        "activate_user_by_id",
        "/manage/users/{user_id}/activate",
        Scope("users.activate"),
    )
};
pub(super) static DEACTIVATE_USER_BY_ID: Operation = Operation {
    method: Method::Put,
    ..management_call(
        "deactivate_user_by_id",
        "/manage/users/{user_id}/deactivate",
        Scope("users.deactivate"),
    )
};
pub(super) static SEND_EMAIL_VERIFICATION: Operation = Operation {
    answer: Nothing,
    ..management_call(
        "send_email_verification",
        "/manage/users/{user_id}/email-verification/dispatch",
        Scope("users.email_verification_dispatch"),
    )
};

/// The service's public key. `keys.rs` appends its query.
pub(super) static PUBLIC_KEY: Operation = Operation {
    method: Method::Get,
    safe: true,
    ..application_call("public_key", "/certs", NoToken, Text)
};
