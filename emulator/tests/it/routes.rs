//! The table of operations, compared with the functions of the library's header.

use std::collections::BTreeSet;
use std::fs;

use loginid_emulator::Emulator;

/// Functions that are not operations of the service.
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

#[test]
fn operations_have_the_names_of_the_functions() {
    let header = concat!(env!("CARGO_MANIFEST_DIR"), "/../include/loginid.h");
    let header = fs::read_to_string(header).unwrap();
    let mut functions: BTreeSet<&str> = header
        .lines()
        .filter_map(|line| line.strip_prefix("lid_status lid_")?.split('(').next())
        // Functions for JSON.
        .filter(|name| !name.starts_with("json_"))
        .collect();
    for name in LOCAL {
        assert!(functions.remove(name), "{name}");
    }
    functions.extend(WITHOUT_FUNCTION);
    let operations = Emulator::operations();
    let names: BTreeSet<_> = operations.iter().map(|route| route.operation).collect();
    assert_eq!(names, functions);
    assert_eq!(names.len(), operations.len(), "a name is there twice");
}
