//! The table of operations: what each call sends where, what it must be allowed
//! to do, and what it may expect back. One row each; the protocol's source is
//! LoginID's documentation and its official server SDKs.

use crate::codes::Code;

/// One operation of the service.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Operation {
    /// As in the error object and the log: `get_user`.
    pub(crate) name: &'static str,
    pub(crate) method: Method,
    /// Appended to the base URL. A `{…}` is filled with one encoded segment.
    pub(crate) path: &'static str,
    pub(crate) authorization: Authorization,
    /// A management call: refused without a private key, before any network.
    pub(crate) key_required: bool,
    /// May be repeated after a timeout or a 5xx, because it changes nothing.
    pub(crate) safe: bool,
    /// Carries a code that is good once: not repeated after a 429 either.
    pub(crate) one_time_code: bool,
    pub(crate) answer: Answer,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Method {
    Get,
    Post,
    Put,
    Delete,
}

impl Method {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Delete => "DELETE",
        }
    }
}

/// The bearer token a request carries when the client has a private key.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Authorization {
    None,
    /// A service token for this scope.
    Scope(&'static str),
    /// A transaction token, which holds the hash of the payload.
    Transaction,
}

/// What a success looks like.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Answer {
    /// A JSON object.
    Object,
    /// A JSON object with the id of what was made, a string: the answer is of no
    /// use without it. With the name of that member, and the code of its absence.
    Identified { id: &'static str, missing: Code },
    /// A log-in, as a JSON object: its `jwt` is verified before it is handed on,
    /// and it must not say that the user is not authenticated.
    Login,
    /// A JSON object whose `jwt` is verified before it is handed on.
    Authentication,
    /// A JSON object; a `jwt` in it, if there is one, is verified.
    PossibleAuthentication,
    /// The same as `Authentication`, but the `jwt` is a transaction's.
    Confirmation,
    /// Nothing, as with 204.
    Nothing,
    /// Text: the public key.
    Text,
}

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
pub(crate) static CREATE_TX: Operation = application_call(
    "create_tx",
    "/tx",
    Transaction,
    Identified {
        id: "id",
        missing: Code::MissingId,
    },
);
pub(crate) static INIT_TX: Operation = application_call(
    "init_tx",
    "/tx/init",
    NoToken,
    Identified {
        id: "tx_id",
        missing: Code::MissingTxId,
    },
);
pub(crate) static COMPLETE_TX: Operation =
    application_call("complete_tx", "/tx/complete", NoToken, Confirmation);

// Registration
pub(crate) static REGISTER_FIDO2_INIT: Operation = application_call(
    "register_fido2_init",
    "/register/fido2/init",
    Scope("auth.register"),
    Object,
);
pub(crate) static REGISTER_FIDO2_COMPLETE: Operation = application_call(
    "register_fido2_complete",
    "/register/fido2/complete",
    Scope("auth.register"),
    Login,
);
pub(crate) static REGISTER_PASSWORD: Operation = application_call(
    "register_password",
    "/register/password",
    Scope("auth.register"),
    Login,
);

// Authentication
pub(crate) static AUTHENTICATE_PASSWORD: Operation = application_call(
    "authenticate_password",
    "/authenticate/password",
    Scope("auth.login"),
    Login,
);
pub(crate) static AUTHENTICATE_FIDO2_INIT: Operation = application_call(
    "authenticate_fido2_init",
    "/authenticate/fido2/init",
    Scope("auth.login"),
    Object,
);
pub(crate) static AUTHENTICATE_FIDO2_COMPLETE: Operation = application_call(
    "authenticate_fido2_complete",
    "/authenticate/fido2/complete",
    Scope("auth.login"),
    Login,
);
pub(crate) static WAIT_CODE: Operation = Operation {
    one_time_code: true,
    ..application_call(
        "wait_code",
        "/authenticate/code/wait",
        Scope("auth.temporary"),
        Login,
    )
};
pub(crate) static AUTHENTICATE_DOC_SCAN_INIT: Operation = application_call(
    "authenticate_doc_scan_init",
    "/authenticate/authid/init",
    Scope("auth.login"),
    Object,
);
pub(crate) static AUTHENTICATE_DOC_SCAN_COMPLETE: Operation = application_call(
    "authenticate_doc_scan_complete",
    "/authenticate/authid/complete",
    Scope("auth.login"),
    Login,
);
pub(crate) static AUTHENTICATE_PUBLICKEY_INIT: Operation = application_call(
    "authenticate_publickey_init",
    "/authenticate/publickey/init",
    Scope("auth.login"),
    Object,
);
pub(crate) static AUTHENTICATE_PUBLICKEY_COMPLETE: Operation = application_call(
    "authenticate_publickey_complete",
    "/authenticate/publickey/complete",
    Scope("auth.login"),
    Login,
);

// Credentials
pub(crate) static INIT_ADD_FIDO2_CREDENTIAL_WITH_CODE: Operation = Operation {
    one_time_code: true,
    ..application_call(
        "init_add_fido2_credential_with_code",
        "/credentials/fido2/init/code",
        Scope("credentials.add"),
        Object,
    )
};
pub(crate) static COMPLETE_ADD_FIDO2_CREDENTIAL: Operation = application_call(
    "complete_add_fido2_credential",
    "/credentials/fido2/complete",
    Scope("credentials.add"),
    Authentication,
);
pub(crate) static FORCE_FIDO2_CREDENTIAL_INIT: Operation = management_call(
    "force_fido2_credential_init",
    "/credentials/fido2/init/force",
    FORCE_ADD,
);
pub(crate) static GET_CREDENTIALS: Operation = Operation {
    safe: true,
    ..management_call(
        "get_credentials",
        "/credentials/list",
        Scope("credentials.list"),
    )
};
pub(crate) static RENAME_CREDENTIAL: Operation = management_call(
    "rename_credential",
    "/credentials/rename",
    Scope("credentials.rename"),
);
pub(crate) static REVOKE_CREDENTIAL: Operation = management_call(
    "revoke_credential",
    "/credentials/revoke",
    Scope("credentials.revoke"),
);
pub(crate) static ADD_DOC_SCAN_CREDENTIAL_INIT: Operation = management_call(
    "add_doc_scan_credential_init",
    "/credentials/authid/init",
    FORCE_ADD,
);
pub(crate) static ADD_DOC_SCAN_CREDENTIAL_COMPLETE: Operation = Operation {
    answer: PossibleAuthentication,
    ..management_call(
        "add_doc_scan_credential_complete",
        "/credentials/authid/complete",
        FORCE_ADD,
    )
};
pub(crate) static EVALUATE_DOC_SCAN_CREDENTIAL: Operation = management_call(
    "evaluate_doc_scan_credential",
    "/credentials/authid/evaluate",
    Scope("credentials.retrieve_sensitive"),
);
pub(crate) static GENERATE_RECOVERY_CODE: Operation = management_call(
    "generate_recovery_code",
    "/credentials/recovery-code",
    Scope("credentials.add_recovery"),
);
pub(crate) static ADD_PUBLICKEY_CREDENTIAL: Operation = Operation {
    answer: PossibleAuthentication,
    ..management_call(
        "add_publickey_credential",
        "/credentials/publickey",
        FORCE_ADD,
    )
};

// Codes
pub(crate) static GENERATE_CODE: Operation = management_call(
    "generate_code",
    "/codes/{type}/generate",
    Scope("codes.generate"),
);
pub(crate) static AUTHORIZE_CODE: Operation = Operation {
    one_time_code: true,
    ..management_call(
        "authorize_code",
        "/codes/{type}/authorize",
        Scope("codes.authorize"),
    )
};
pub(crate) static INVALIDATE_ALL_CODES: Operation = management_call(
    "invalidate_all_codes",
    "/codes/{type}/invalidate-all",
    Scope("codes.invalidate"),
);

// Users
pub(crate) static ADD_USER_WITHOUT_CREDENTIALS: Operation = management_call(
    "add_user_without_credentials",
    "/manage/users",
    Scope("users.create"),
);
pub(crate) static GET_USER: Operation = Operation {
    safe: true,
    ..management_call(
        "get_user",
        "/manage/users/retrieve",
        Scope("users.retrieve"),
    )
};
pub(crate) static DELETE_BY_USERNAME: Operation = Operation {
    answer: Nothing,
    ..management_call(
        "delete_by_username",
        "/manage/users/delete",
        Scope("users.delete"),
    )
};
pub(crate) static DELETE_BY_USER_ID: Operation = Operation {
    method: Method::Delete,
    answer: Nothing,
    ..management_call(
        "delete_by_user_id",
        "/manage/users/{user_id}",
        Scope("users.delete"),
    )
};
pub(crate) static ACTIVATE_USER_BY_ID: Operation = Operation {
    method: Method::Put,
    ..management_call(
        "activate_user_by_id",
        "/manage/users/{user_id}/activate",
        Scope("users.activate"),
    )
};
pub(crate) static DEACTIVATE_USER_BY_ID: Operation = Operation {
    method: Method::Put,
    ..management_call(
        "deactivate_user_by_id",
        "/manage/users/{user_id}/deactivate",
        Scope("users.deactivate"),
    )
};
pub(crate) static SEND_EMAIL_VERIFICATION: Operation = Operation {
    answer: Nothing,
    ..management_call(
        "send_email_verification",
        "/manage/users/{user_id}/email-verification/dispatch",
        Scope("users.email_verification_dispatch"),
    )
};

/// The service's public key. Its query is appended by the key cache.
pub(crate) static PUBLIC_KEY: Operation = Operation {
    method: Method::Get,
    safe: true,
    ..application_call("public_key", "/certs", NoToken, Text)
};
