//! The programs in the pages about the current service.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use loginid_emulator::{Emulator, NewV2Application, TokenPart};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::common::compiler::link_library_into;
use crate::common::process::run_within;
use crate::common::root;
use crate::page::{blocks, command, compile_program, converse, only_program, output_of_refusal};
use crate::{path_with_the_emulator, run_step_3};

const USER: &str = "ada@example.com";

/// The only program of a page, and the emulator that it runs against.
struct Program {
    emulator: Emulator,
    command: Command,
    _folder: TempDir,
}

impl Program {
    fn of(page: &str) -> Program {
        let (folder, emulator) = (TempDir::new().expect("a folder"), Emulator::start());
        Program {
            command: only_program(page, folder.path(), &emulator),
            emulator,
            _folder: folder,
        }
    }

    /// The authentication answer of a login on the user's device.
    fn login(&self) -> Value {
        self.emulator.v2().login(USER).expect("a login")
    }

    /// What the program prints for a line that it reads.
    fn answer(&mut self, line: &str) -> String {
        converse(&mut self.command, 0, |_| line.to_owned())
    }

    /// Compares the lines that the program prints for the answer of a login.
    fn assert_prints(&mut self, expected: &[&str]) {
        let login = self.login().to_string();
        let printed = self.answer(&login);
        let lines: Vec<_> = printed.lines().collect();
        assert_eq!(lines.len(), expected.len(), "{printed}");
        for (line, expected) in lines.iter().zip(expected) {
            assert!(line.starts_with(expected), "no {expected} in {printed}");
        }
    }
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("no {name}"))
}

/// Step 3 in a shell that has done step 4.
#[test]
fn getting_started_ends_with_a_session_and_never_uses_the_real_service() {
    let ended = run_step_3(
        "docs/v2/getting-started.md",
        "export LOGINID_V2_API_KEY_FILE=",
        ("api.key", "of a real application\n"),
    );
    assert!(
        ended.output.contains("unset: LOGINID_V2_API_KEY_FILE")
            && ended.output.contains("a session for ada, whose id is "),
        "{}",
        ended.output
    );
}

#[test]
fn getting_started_refuses_what_is_no_login() {
    let mut program = Program::of("docs/v2/getting-started.md");
    let login = program.login();
    let printed = program.answer(&login.to_string());
    let session = format!(
        "a session for {USER}, whose id is {}\n",
        text(&login, "userId")
    );
    assert_eq!(printed, session);
    let grant = program
        .emulator
        .v2()
        .confirm_transaction(None, USER, "x", "y");
    for body in [
        "nonsense".to_owned(),
        json!({"jwtAccess": "a.b.c"}).to_string(),
        json!({"jwtAccess": grant.expect("a token")}).to_string(),
    ] {
        let ended = output_of_refusal(&mut program.command, &body);
        assert_eq!(ended, "", "{body}");
    }
}

/// What a server answers to each kind of token.
#[test]
fn the_page_on_tokens_tells_users_from_errors() {
    let mut program = Program::of("docs/v2/tokens.md");
    let login = text(&program.login(), "jwtAccess").to_owned();
    let v2 = program.emulator.v2();
    let claims = json!({"iss": v2.base_url(), "aud": v2.application_id(), "sub": "1",
        "username": USER, "tokenType": "jwtAccess", "iat": 1, "exp": 4_000_000_000_u64});
    let with = |name: &str, value: Value| {
        let mut claims = claims.clone();
        claims[name] = value;
        v2.sign_token(TokenPart::Usual, claims.into())
    };
    let confirmation = v2.confirm_transaction(None, USER, "x", "y");
    let accepted = format!("200 {USER}\n");
    let rows = [
        (login.clone(), accepted.as_str()),
        (with("sub", json!("2")), accepted.as_str()),
        (with("exp", json!(2)), "401 \n"),
        (
            with("iss", json!("https://another.api.loginid.io")),
            "401 \n",
        ),
        (with("aud", json!("another")), "401 \n"),
        (with("tokenType", json!("grant")), "401 \n"),
        (confirmation.expect("a token"), "401 \n"),
        ("nonsense".to_owned(), "401 \n"),
        (String::new(), "401 \n"),
    ];
    for (token, expected) in rows {
        assert_eq!(program.answer(&token), expected, "{token}");
    }
    let Program {
        emulator,
        mut command,
        _folder,
    } = program;
    drop(emulator);
    assert_eq!(converse(&mut command, 0, |_| login), "503 \n");
}

#[test]
fn the_pages_on_passkeys_and_the_profile_do_what_they_say() {
    Program::of("docs/v2/passkeys.md").assert_prints(&[
        "v2_new_from_env: LID_OK",
        "passkeys: 1",
        "- Passkey, last used: 2",
        "rename_passkey: LID_OK",
        "passkeys: 1",
        "- Ada's phone, last used: 2",
        "delete_passkey: LID_OK",
        "passkeys: 0",
    ]);
    Program::of("docs/v2/profile.md").assert_prints(&[
        "v2_new_from_env: LID_OK",
        "set_email: LID_OK",
        "set_phone: LID_OK",
        "remove_phone: LID_OK",
        "remove_email: LID_OK",
        "delete_user: LID_OK",
        "delete_user: not_found",
    ]);
}

#[test]
fn the_page_on_codes_logs_in_with_a_code_once() {
    Program::of("docs/v2/codes.md").assert_prints(&[
        "v2_new_from_env: LID_OK",
        "verify_otp: a session for ada@example.com",
        "verify_otp: {\"error\":{",
    ]);
}

/// The token proves the text, the transaction and the user.
#[test]
fn the_page_on_transactions_compares_text_nonce_and_user() {
    let mut program = Program::of("docs/v2/transactions.md");
    let v2 = program.emulator.v2();
    let confirm = |user: &str, payload: &str, line: &str| {
        let begun: Value = serde_json::from_str(line).expect("JSON");
        let payload = payload.replace("{payload}", text(&begun, "payload"));
        let token = v2.confirm_transaction(None, user, &payload, text(&begun, "nonce"));
        token.expect("a token")
    };
    let mut earlier = String::new();
    let confirmed = converse(&mut program.command, 1, |line| {
        earlier = confirm(USER, "{payload}", line);
        earlier.clone()
    });
    assert_eq!(confirmed, "confirmed\n");
    for (user, payload) in [("bob@example.com", "{payload}"), (USER, "{payload}0")] {
        let answer = converse(&mut program.command, 1, |line| confirm(user, payload, line));
        assert_eq!(answer, "not confirmed\n", "{user} {payload}");
    }
    let answer = converse(&mut program.command, 1, |_| earlier);
    assert_eq!(
        answer, "not confirmed\n",
        "the token of an earlier transaction"
    );
}

/// Compiles a function of a page into a program that calls it with `call`, and prints the status and
/// the text that is then in `out`.
fn program_around(page: &str, function: &str, call: &str, folder: &TempDir) -> PathBuf {
    let blocks = blocks(&root().join(page), "c");
    let mut found = blocks.iter().filter(|block| block.contains(function));
    let source = format!(
        "#include <loginid.h>\n#include <stdio.h>\n#include <string.h>\n{}
int main(void)
{{
    char token[20000], *out = NULL;
    lid_v2_client *client;
    lid_status status = lid_v2_new_from_env(&client, NULL);

    if (status || !fgets(token, sizeof token, stdin))
        return 1;
    token[strcspn(token, \"\\n\")] = '\\0';
    {call}
    printf(\"%s %s\\n\", lid_status_name(status), out ? out : \"\");
    lid_free_string(out);
    lid_v2_free(client);
    return 0;
}}
",
        found.next().expect("the function")
    );
    link_library_into(folder.path());
    compile_program(folder.path(), "around", &source)
}

#[test]
fn the_page_on_grants_begins_a_registration_of_a_protected_application() {
    let (folder, emulator) = (TempDir::new().expect("a folder"), Emulator::start());
    let call = "status = begin_registration(client, token, &out);";
    let program = program_around("docs/v2/grants.md", "begin_registration(", call, &folder);
    let protected = NewV2Application {
        protected: true,
        ..NewV2Application::default()
    };
    let added = emulator.v2().add_application(protected).expect("one more");
    let mut command = command(program, &emulator);
    command.env("LOGINID_V2_BASE_URL", &added.base_url);
    for (key, expected) in [
        (added.api_key.as_str(), "LID_OK {\"action\":\"proceed\""),
        ("another", "LID_ERROR_API {\"error\":{"),
    ] {
        command.env("LOGINID_V2_API_KEY", key);
        let printed = converse(&mut command, 0, |_| USER.to_owned());
        assert!(printed.starts_with(expected), "{printed}");
    }
}

#[test]
fn functions_that_verify_a_token_refuse_what_is_no_login() {
    let emulator = Emulator::start();
    let v2 = emulator.v2();
    let login = v2.login(USER).expect("a login");
    let confirmation = v2.confirm_transaction(None, USER, "x", "y");
    let confirmation = confirmation.expect("a token");
    for (page, function, call, accepted) in [
        (
            "docs/v2/tokens.md",
            "verify_twice(",
            "status = verify_twice(client, token, &out);",
            "LID_OK {\"valid\":true",
        ),
        (
            "docs/moving.md",
            "*verified_user(",
            "char *user = verified_user(client, token, &out);
    lid_free_string(out);
    out = user;",
            "LID_OK ada@example.com",
        ),
        (
            "docs/v2/web.md",
            "*user_of_login(",
            "char *user = user_of_login(client, token, &out);
    if (user)
        out = user;",
            "LID_OK ada@example.com",
        ),
    ] {
        let folder = TempDir::new().expect("a folder");
        let program = program_around(page, function, call, &folder);
        let mut command = command(program, &emulator);
        // What the page sends is JSON, of which the other functions get the token.
        let line = |token: &str| match page {
            "docs/v2/web.md" => json!({"jwtAccess": token}).to_string(),
            _ => token.to_owned(),
        };
        let mut print = |token: &str| converse(&mut command, 0, |_| line(token));
        let printed = print(text(&login, "jwtAccess"));
        assert!(printed.starts_with(accepted), "{page}: {printed}");
        let printed = print(&confirmation);
        assert!(
            !printed.contains(USER) && !printed.contains("\"valid\""),
            "{page}: {printed}"
        );
    }
}

/// Each request to the control API in the page on testing succeeds, and one answer has each of the
/// members that the page names.
#[test]
fn the_page_on_testing_plays_users_of_the_current_service() {
    let blocks = blocks(&root().join("docs/testing.md"), "sh");
    let mut requests = blocks
        .iter()
        .filter(|block| block.contains("/v2/users/ada/login"));
    let requests = requests.next().expect("the requests");
    let folder = TempDir::new().expect("a folder");
    let script = requests.replace("curl -s", "curl -w '\\n' -fs");
    let ended = run_within(
        Duration::from_secs(60),
        folder.path(),
        Command::new("loginid-emulator")
            .args(["exec", "--", "sh", "-ec", &script])
            .env("PATH", path_with_the_emulator()),
    );
    assert!(ended.succeeded(), "{}", ended.output);
    let answers: Vec<Value> = ended
        .output
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();
    let mut named = 0;
    for line in requests.lines().filter(|line| line.starts_with('#')) {
        let Some((_, members)) = line.split_once('{') else {
            continue;
        };
        let members: Vec<_> = members.split('"').skip(1).step_by(2).collect();
        let has_all = |answer: &&Value| {
            let answer = answer.to_string();
            let has = |member: &&str| answer.contains(&format!("\"{member}\":"));
            members.iter().all(has)
        };
        assert!(
            answers.iter().any(|one| has_all(&one)),
            "no {members:?} in {}",
            ended.output
        );
        named += 1;
    }
    assert!(named >= 7, "{named} answers are described");
}

/// Each page says where its facts come from, in the words that the first page explains.
#[test]
fn every_page_marks_what_it_says_about_the_service() {
    let pages = crate::pages();
    let pages = pages.iter().filter(|page| is_of_v2(page));
    let mut count = 0;
    for page in pages {
        let text = std::fs::read_to_string(page).expect("a page");
        let facts = text.split_once("\n## Where the facts come from\n");
        let (_, facts) = facts.unwrap_or_else(|| panic!("{}: no facts", page.display()));
        let rows = facts.lines().filter(|line| line.starts_with("| ")).skip(2);
        for row in rows {
            let marks = ["documented", "seen", "inferred", "unknown"];
            let mark = row.split(" | ").nth(1).unwrap_or_default();
            let is_marked = marks.iter().any(|word| mark.starts_with(word));
            assert!(is_marked, "{}: {row}", page.display());
            count += 1;
        }
    }
    assert!(count > 30, "{count} facts");
}

#[test]
fn every_function_of_the_current_service_has_a_page() {
    let header = std::fs::read_to_string(root().join("include/loginid.symbols"));
    let pages: Vec<_> = crate::pages()
        .into_iter()
        .filter(|page| is_of_v2(page))
        .collect();
    let pages: String = pages
        .iter()
        .map(|page| std::fs::read_to_string(page).expect("a page"))
        .collect();
    let mut count = 0;
    for line in header.expect("the symbols").lines() {
        let calls = line.strip_prefix("lid_status lid_v2_");
        let Some((name, parameters)) = calls.and_then(|call| call.split_once('(')) else {
            continue;
        };
        if parameters.starts_with("const lid_v2_client *") && name != "with_options" {
            assert!(
                pages.contains(&format!("`lid_v2_{name}(client")),
                "lid_v2_{name}"
            );
            count += 1;
        }
    }
    assert_eq!(count, 27);
}

fn is_of_v2(page: &Path) -> bool {
    page.parent().is_some_and(|folder| folder.ends_with("v2"))
}
