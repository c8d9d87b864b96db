//! The table of operations, compared with the functions of the library's header.

use std::collections::BTreeSet;
use std::fs;

use loginid_emulator::{Emulator, Route};

/// Functions that are not operations of the older service.
const LOCAL: [&str; 10] = [
    "generate_key_pair",
    "generate_service_token",
    "generate_tx_auth_token",
    "new",
    "new_from_env",
    "new_management",
    "new_with_config",
    "verify_token",
    "verify_transaction",
    "with_options",
];

/// Operations without a function: the library fetches keys by itself, and lists credentials by POST. The
/// others are for pages.
const WITHOUT_FUNCTION: [&str; 7] = [
    "decide_doc_scan",
    "doc_scan_page",
    "doc_scan_result",
    "get_credentials_by_query",
    "public_key",
    "self_generate_code_complete",
    "self_generate_code_init",
];

/// The same of the current service.
const V2_LOCAL: [&str; 6] = [
    "v2_new",
    "v2_new_from_env",
    "v2_new_with_config",
    "v2_verify_token",
    "v2_verify_transaction",
    "v2_with_options",
];

const V2_WITHOUT_FUNCTION: [&str; 11] = [
    "v2_authenticate_mfa_passkey",
    "v2_begin_mfa",
    "v2_confirm_mfa_passkey",
    "v2_discover_mfa",
    "v2_key_set",
    "v2_register_mfa_passkey",
    "v2_request_mfa_otp",
    "v2_set_mfa_payload",
    "v2_submit_event",
    "v2_verify_mfa_external",
    "v2_verify_mfa_otp",
];

#[test]
fn operations_have_the_names_of_the_functions() {
    let header = concat!(env!("CARGO_MANIFEST_DIR"), "/../include/loginid.h");
    let header = fs::read_to_string(header).unwrap();
    let functions = header
        .lines()
        .filter_map(|line| line.strip_prefix("lid_status lid_")?.split('(').next())
        // Functions for JSON.
        .filter(|name| !name.starts_with("json_"));
    let (current, older) = functions.partition(|name| name.starts_with("v2_"));
    compare(Emulator::operations(), older, &LOCAL, &WITHOUT_FUNCTION);
    compare(
        Emulator::v2_operations(),
        current,
        &V2_LOCAL,
        &V2_WITHOUT_FUNCTION,
    );
}

fn compare<'a>(
    operations: Vec<Route>,
    mut functions: BTreeSet<&'a str>,
    local: &[&'a str],
    without_function: &[&'static str],
) {
    for name in local {
        assert!(functions.remove(name), "{name}");
    }
    functions.extend(without_function);
    let names: BTreeSet<_> = operations.iter().map(|route| route.operation).collect();
    assert_eq!(names, functions);
    assert_eq!(names.len(), operations.len(), "a name is there twice");
}
