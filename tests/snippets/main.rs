//! The C programs in the documentation compile without a warning, and do what the page says.

#[path = "../support/capi.rs"]
mod capi;
#[path = "../common/mod.rs"]
mod common;
mod page;
mod v2;

use std::ffi::OsString;
use std::fs;
use std::process::Command;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use capi::{Client, config};
use common::compiler::link_library_into;
use common::process::{Ended, run_within};
use common::root;
use loginid_emulator::{Emulator, TokenPart};
use page::{blocks, command, compile_program, converse, only_program, pages, printed_by, programs};
use serde_json::{Value, json};

#[test]
fn every_program_in_the_documentation_compiles() {
    let folder = tempfile::tempdir().expect("a folder");
    link_library_into(folder.path());
    let mut count = 0;
    for page in pages() {
        for program in programs(&page) {
            count += 1;
            compile_program(folder.path(), &format!("program{count}"), &program);
        }
    }
    assert!(count >= 2, "the scan found {count} programs");
}

/// What the parts of programs in the pages use, and the pages do not define.
const AROUND_PARTS: &str = r#"#define _POSIX_C_SOURCE 200809L
#include <loginid.h>
#include <pthread.h>
#pragma GCC diagnostic ignored "-Wunused-function"

typedef struct { void *data; } uv_work_t;
static void begin_session(const char *username) { (void)username; }
"#;

/// Parts of programs are functions with their types, or statements. Those of the reference and of
/// the pages about web pages have tests of their own.
#[test]
fn every_part_of_a_program_compiles_too() {
    let folder = tempfile::tempdir().expect("a folder");
    link_library_into(folder.path());
    let mut count = 0;
    for page in pages() {
        let tested = ["reference.md", "web.md", "ceremonies.md"];
        if tested.iter().any(|name| page.ends_with(name)) {
            continue;
        }
        let mut parts = blocks(&page, "c");
        parts.retain(|block| !block.contains("main("));
        let (functions, statements): (Vec<_>, Vec<_>) =
            parts.iter().partition(|part| part.contains("\n{\n"));
        let mut source = AROUND_PARTS.to_owned();
        for function in functions {
            source += function;
            count += 1;
        }
        source += "struct call;
static lid_status run(lid_client *client, lid_cancel *cancel, struct call *call, const char *jwt)
{
    lid_status status = LID_OK;
    char *out = NULL;
    (void)client, (void)cancel, (void)call, (void)jwt, (void)out;\n";
        for part in statements {
            source += &format!("    {{\n{part}    }}\n");
            count += 1;
        }
        source += "    return status;\n}\nint main(void)\n{\n    return 0;\n}\n";
        compile_program(folder.path(), &format!("parts{count}"), &source);
    }
    assert!(count >= 5, "the scan found {count} parts");
}

/// Each function of the reference has its declaration, which is that of the header, and then an
/// example, whose variables are the function's parameters.
#[test]
fn every_example_of_the_reference_compiles() {
    let blocks = blocks(&root().join("docs/reference.md"), "c");
    let mut source = "#include <loginid.h>\n#include <stdio.h>\n".to_owned();
    let mut count = 0;
    for pair in blocks.chunks(2) {
        let [declaration, example] = pair else {
            panic!("no example: {pair:?}");
        };
        let (function, parameters) = declaration.split_once('(').expect("a function");
        let (parameters, _) = parameters.rsplit_once(",").expect("the last one, out");
        let name = function.strip_prefix("lid_status lid_").expect("a name");
        let used: String = parameters
            .split(',')
            .filter_map(|parameter| parameter.split([' ', '*']).next_back())
            .map(|name| format!("    (void)({name});\n"))
            .collect();
        assert!(example.contains(&format!(" lid_{name}(")), "{example}");
        source += &format!(
            "{declaration}\nvoid {name}({parameters});\nvoid {name}({parameters})\n{{\n{used}    {{\n{example}    }}\n}}\n"
        );
        count += 1;
    }
    assert!(count > 30, "{count} functions");
    source += "int main(void)\n{\n    return 0;\n}\n";
    let folder = tempfile::tempdir().expect("a folder");
    link_library_into(folder.path());
    compile_program(folder.path(), "examples", &source);
}

/// The first one is for the current service, the second one for v1.
#[test]
fn the_readmes_programs_print_what_the_readme_says() {
    let (folder, emulator) = (tempfile::tempdir().expect("a folder"), Emulator::start());
    link_library_into(folder.path());
    let programs = programs(&root().join("README.md"));
    let [verifier, reader] = programs.as_slice() else {
        panic!("{} programs", programs.len());
    };
    let verifier = compile_program(folder.path(), "login", verifier);
    let login = emulator.v2().login("ada").expect("a login");
    let verified = converse(&mut command(verifier, &emulator), 0, |_| login.to_string());
    assert!(verified.contains("\"username\":\"ada\""), "{verified}");
    let reader = compile_program(folder.path(), "program", reader);
    let reader = &mut command(reader, &emulator);
    let ended = run_within(Duration::from_secs(60), folder.path(), reader);
    assert!(
        !ended.succeeded() && ended.output.contains("user_not_found"),
        "{}",
        ended.output
    );
}

#[test]
fn getting_started_ends_with_a_verified_token() {
    let (succeeded, output) = printed_by("docs/getting-started.md");
    assert!(succeeded, "{output}");
    assert!(
        output.contains("{\"valid\":true") && output.contains("\"udata\":\"ada@example.com\""),
        "{output}"
    );
    assert!(output.ends_with("verify_token: LID_OK\n"), "{output}");
    assert!(!output.contains("\"jwt\""), "a token: {output}");
}

/// `docs/tokens.md`: what a server answers to each kind of token.
#[test]
fn the_page_on_tokens_tells_users_from_errors() {
    let (folder, emulator) = (tempfile::tempdir().expect("a folder"), Emulator::start());
    let mut command = only_program("docs/tokens.md", folder.path(), &emulator);
    let user = "ada@example.com";
    add_user(&emulator, user);
    let login = emulator.login(user).expect("a user");
    let usual = |claims: Value| emulator.sign_token(TokenPart::Usual, claims.into());
    for (token, expected) in [
        (
            login["jwt"].as_str().expect("a token").to_owned(),
            "200 ada@example.com\n",
        ),
        (
            usual(json!({"aud": emulator.client_id(), "udata": user, "exp": 1})),
            "401 \n",
        ),
        (usual(json!({"aud": "another", "udata": user})), "401 \n"),
        (
            usual(json!({"aud": emulator.client_id(), "udata": user, "tx_hash": "x"})),
            "401 \n",
        ),
        ("nonsense".to_owned(), "401 \n"),
        (String::new(), "401 \n"),
    ] {
        assert_eq!(converse(&mut command, 0, |_| token), expected);
    }
    let token = login["jwt"].as_str().expect("a token").to_owned();
    drop(emulator);
    assert_eq!(converse(&mut command, 0, |_| token), "503 \n");
}

/// `docs/transactions.md`: the token proves the text, the transaction and the user.
#[test]
fn the_page_on_transactions_compares_text_nonce_and_user() {
    let (folder, emulator) = (tempfile::tempdir().expect("a folder"), Emulator::start());
    let mut command = only_program("docs/transactions.md", folder.path(), &emulator);
    add_user(&emulator, "ada@example.com");
    let confirm = |id: &str| emulator.confirm_transaction(id).expect("a token");
    let mut earlier = String::new();
    let confirmed = converse(&mut command, 1, |id| {
        earlier = confirm(id);
        earlier.clone()
    });
    assert_eq!(confirmed, "confirmed\n");
    assert_eq!(converse(&mut command, 1, |_| earlier), "not confirmed\n");
    let by_another_user = converse(&mut command, 1, |id| {
        let token = confirm(id);
        let claims = token.split('.').nth(1).expect("three parts");
        let claims = URL_SAFE_NO_PAD.decode(claims).expect("base64url");
        let mut claims: Value = serde_json::from_slice(&claims).expect("JSON");
        claims["udata"] = "bob@example.com".into();
        emulator.sign_token(TokenPart::Usual, claims.into())
    });
    assert_eq!(by_another_user, "not confirmed\n");
}

fn add_user(emulator: &Emulator, username: &str) {
    let client = Client::new(&config(emulator, json!({})));
    client.add_user(username).ok();
}

/// The output of the only program of a page, with the calls that succeeded.
fn assert_prints(page: &str, lines: &[&str]) {
    let (succeeded, output) = printed_by(page);
    assert!(succeeded, "{page}: {output}");
    for line in lines {
        assert!(output.contains(line), "{page}: no {line} in {output}");
    }
    let calls = output.lines().filter(|line| line.ends_with(": LID_OK"));
    let succeeded = lines.iter().filter(|line| line.ends_with(": LID_OK"));
    assert_eq!(calls.count(), 2 + succeeded.count(), "{page}: {output}");
}

/// Each begins with `new_from_env` and `add_user_without_credentials`.
#[test]
fn the_pages_on_codes_credentials_and_users_do_what_they_say() {
    assert_prints(
        "docs/codes.md",
        &[
            "authorize_code: LID_OK",
            "wait_code: LID_OK",
            "invalidate_all_codes: LID_OK",
        ],
    );
    assert_prints(
        "docs/credentials.md",
        &[
            "add_publickey_credential: LID_OK",
            "active: 1\n- public_key\n",
            "rename_credential: LID_OK",
            "revoke_credential: LID_OK",
            "active: 0\n",
        ],
    );
    assert_prints(
        "docs/users.md",
        &[
            "get_user: {",
            "deactivate_user_by_id: LID_OK",
            "activate_user_by_id: LID_OK",
            "delete_by_user_id: LID_OK",
            "get_user: user_not_found\n",
        ],
    );
}

/// Step 3 of getting-started in a shell that has done step 4.
#[test]
fn getting_started_runs_against_the_emulator_after_the_real_service_too() {
    let ended = run_step_3(
        "docs/getting-started.md",
        "export LOGINID_PRIVATE_KEY_FILE=",
        ("key.pem", "of a real application"),
    );
    assert!(
        ended.output.ends_with("verify_token: LID_OK\n")
            && ended.output.contains("unset: LOGINID_PRIVATE_KEY_FILE"),
        "{}",
        ended.output
    );
}

/// Runs step 3 of a page, the login with the emulator, in a shell that has the settings of step
/// 4, those of a real application. The file of its key exists too, and must not be used.
fn run_step_3(page: &str, settings: &str, (key_file, key): (&str, &str)) -> Ended {
    let folder = tempfile::tempdir().expect("a folder");
    let page = root().join(page);
    link_library_into(folder.path());
    compile_program(folder.path(), "login", &programs(&page)[0]);
    let blocks = blocks(&page, "sh");
    let block = |part: &str| {
        let mut found = blocks.iter().filter(|block| block.contains(part));
        let block = found
            .next()
            .unwrap_or_else(|| panic!("no block has {part}"));
        assert!(found.next().is_none(), "two blocks have {part}");
        block.as_str()
    };
    let (_, run) = block("loginid-emulator exec -- ")
        .split_once('\n')
        .expect("after compiling");
    fs::write(folder.path().join(key_file), key).expect("a key");
    let ended = run_within(
        Duration::from_secs(60),
        folder.path(),
        Command::new("sh")
            .args(["-c", &format!("{}{run}", block(settings))])
            .env("PATH", path_with_the_emulator()),
    );
    assert!(ended.succeeded(), "{}", ended.output);
    ended
}

/// The search path, beginning with the emulator that `make test` has built.
fn path_with_the_emulator() -> OsString {
    let program = common::emulator_program();
    let programs = program.parent().expect("its folder").to_owned();
    let usual = std::env::var_os("PATH").unwrap_or_default();
    let all = std::iter::once(programs).chain(std::env::split_paths(&usual));
    std::env::join_paths(all).expect("a search path")
}

/// A moved or renamed page leaves no dead links, and the index lists every page.
#[test]
fn links_between_pages_work_and_the_index_is_complete() {
    let mut links = 0;
    for page in pages() {
        let text = fs::read_to_string(&page).expect("a page");
        for target in text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next())
        {
            let file = target.split('#').next().unwrap_or_default();
            if file.is_empty() || file.contains(':') {
                continue;
            }
            let path = page.parent().expect("a folder").join(file);
            assert!(path.exists(), "{}: {target}", page.display());
            links += 1;
        }
    }
    assert!(links > 50, "{links}");
    let index = fs::read_to_string(root().join("docs/README.md")).expect("the index");
    for page in pages() {
        let Ok(name) = page.strip_prefix(root().join("docs")) else {
            continue;
        };
        let name = name.display().to_string();
        assert!(
            index.contains(&format!("]({name})")) || name == "README.md",
            "the index lacks {name}"
        );
    }
}
