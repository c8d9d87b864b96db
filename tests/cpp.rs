//! `include/loginid.hpp`: it covers the C header, compiles under every standard, and its test
//! programs in `tests/cpp` pass against an emulator.

mod common;
#[path = "support/device.rs"]
mod device;
#[path = "support/listener.rs"]
#[allow(dead_code, reason = "the tests of HTTP use the rest of it")]
mod listener;

use std::collections::BTreeSet;
use std::net::TcpStream;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use loginid_emulator::Emulator;
use serde_json::{Value, json};
use tempfile::TempDir;

use common::compiler::{STRICT, cxx, link_library_into, run};
use common::{emulator_program, left_out, root};

/// Warnings in addition to those of other programs.
const STRICTER: [&str; 2] = ["-Wshadow", "-Wconversion"];

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).expect(path)
}

/// Links sources with the library that Cargo built along with this test.
fn compile(folder: &Path, name: &str, sources: &[impl AsRef<Path>]) -> PathBuf {
    compile_with(folder, name, sources, &["-std=c++17"])
}

fn compile_with(
    folder: &Path,
    name: &str,
    sources: &[impl AsRef<Path>],
    options: &[&str],
) -> PathBuf {
    link_library_into(folder);
    let program = folder.join(name);
    run(cxx()
        // Optimised, because an optimizer must not remove the wiping of copies.
        .args(["-O1", "-pthread", "-Wl,-rpath,$ORIGIN", "-o"])
        .arg(&program)
        .args(options)
        .args(STRICTER)
        .arg("-I")
        .arg(root().join("include"))
        .args(sources.iter().map(|source| root().join(source)))
        .arg("-L")
        .arg(folder)
        .arg("-lloginid"));
    program
}

/// A command that finds the emulator in its environment.
fn against(emulator: &Emulator, program: &Path) -> Command {
    let mut command = Command::new(program);
    command
        .env("LOGINID_BASE_URL", emulator.base_url())
        .env("LOGINID_CLIENT_ID", emulator.client_id())
        .env("LOGINID_PRIVATE_KEY", emulator.private_key())
        .env("LOGINID_V2_BASE_URL", emulator.v2().base_url())
        .env("LOGINID_V2_API_KEY", emulator.v2().api_key())
        .env("LOGINID_V2_APPLICATION_ID", emulator.v2().application_id())
        .env("LOGINID_EMULATOR_URL", emulator.base_url());
    command
}

#[test]
fn every_function_of_the_header_is_called() {
    let header = read("include/loginid_ffi.h");
    let wrapper = read("include/loginid.hpp");
    let functions: Vec<&str> = header
        .lines()
        .filter(|line| !line.starts_with([' ', 't', '}']))
        .filter_map(|line| line.split('(').next()?.split([' ', '*']).next_back())
        .filter(|name| name.starts_with("lid_"))
        .collect();
    assert!(functions.len() > 80, "{functions:?}");
    for name in functions {
        let called = ["(", ")", ","].map(|end| format!("::{name}{end}"));
        assert!(
            called.iter().any(|call| wrapper.contains(call)),
            "loginid.hpp does not have {name}"
        );
    }
}

/// Programs use them. The lists only grow; a new call needs no line in them.
#[test]
fn the_public_calls_are_still_there() {
    let wrapper = read("include/loginid.hpp");
    let (_, clients) = wrapper.split_once("\nclass client : ").expect("the class");
    let (v1, v2) = clients.split_once("\nclass client : ").expect("another");
    for (client, list) in [(v1, "public_calls.txt"), (v2, "v2_public_calls.txt")] {
        // Members are indented once, what they call is indented more.
        let declared: BTreeSet<&str> = client
            .lines()
            .filter(|line| line.starts_with("    ") && !line.starts_with("     "))
            .filter_map(|line| line.split('(').next()?.split(' ').next_back())
            .collect();
        let listed = read(&format!("tests/cpp/{list}"));
        assert!(listed.lines().count() > 26, "{listed}");
        for name in listed.lines() {
            for method in [name, &format!("try_{name}")] {
                assert!(declared.contains(method), "{list}: there is no {method}");
            }
        }
    }
}

/// The names of arguments in errors are those of the C header, in its order.
#[test]
fn arguments_are_named_as_in_the_c_header() {
    let header = read("include/loginid_ffi.h");
    let wrapper = read("include/loginid.hpp");
    let mut count = 0;
    for (_, rest) in wrapper
        .match_indices("call(")
        .map(|(at, call)| wrapper.split_at(at + call.len()))
    {
        let Some(rest) = rest.trim_start().strip_prefix("::") else {
            continue;
        };
        count += 1;
        let (function, rest) = rest.split_once(',').expect("an argument");
        let names = rest.trim_start().strip_prefix('"').expect("names");
        let (names, _) = names.split_once('"').expect("their end");
        let (_, declared) = header
            .split_once(&format!("lid_status {function}("))
            .unwrap_or_else(|| panic!("{function} is not in the header"));
        let (declared, _) = declared.split_once(')').expect("its end");
        let mut declared: Vec<&str> = declared
            .split(',')
            .filter_map(|parameter| parameter.split([' ', '*']).next_back())
            .collect();
        assert_eq!(declared.pop(), Some("out"), "{function}");
        assert_eq!(names, declared.join(" "), "{function}");
    }
    let functions = header
        .split(';')
        .filter(|one| one.ends_with("char **out)"))
        .count();
    assert!(count > 70 && count == functions, "{count} of {functions}");
}

#[test]
fn the_header_compiles_with_each_compiler_under_each_standard() {
    let folder = TempDir::new().expect("a folder");
    let source = folder.path().join("include.cpp");
    std::fs::write(
        &source,
        "#include <loginid.hpp>\n#include <loginid/testing.hpp>\n",
    )
    .expect("a source");
    let mut compilers = vec![cxx().get_program().to_owned()];
    match Command::new("clang++").arg("--version").output() {
        Ok(_) => compilers.push("clang++".into()),
        Err(_) => left_out("the headers with Clang", "clang++ is not installed"),
    }
    for compiler in compilers {
        for standard in ["-std=c++17", "-std=c++20"] {
            for exceptions in ["-fexceptions", "-fno-exceptions"] {
                run(Command::new(&compiler)
                    .args([standard, exceptions, "-fsyntax-only", "-I"])
                    .arg(root().join("include"))
                    .args(STRICT)
                    .args(STRICTER)
                    .arg(&source));
            }
        }
    }
}

#[test]
fn calls_behave_as_the_header_says() {
    let folder = TempDir::new().expect("a folder");
    let sources = ["tests/cpp/calls.cpp"];
    let program = compile(folder.path(), "calls", &sources);
    let emulator = Emulator::start();
    assert_eq!(run(&mut against(&emulator, &program)), "called\n");
}

#[test]
fn each_call_of_the_current_service_works() {
    let folder = TempDir::new().expect("a folder");
    let sources = ["tests/cpp/v2_calls.cpp"];
    let program = compile(folder.path(), "calls", &sources);
    let (emulator, device) = (Emulator::start(), device::Device::start());
    let mut command = against(&emulator, &program);
    command.env("TEST_DEVICE_URL", device.url());
    assert_eq!(run(&mut command), "called\n");
}

#[test]
fn constants_are_the_values_of_the_service() {
    let folder = TempDir::new().expect("a folder");
    let program = compile(folder.path(), "constants", &["tests/cpp/constants.cpp"]);
    let emulator = Emulator::start();
    emulator.v2().login("ada").expect("a login");
    assert_eq!(run(&mut against(&emulator, &program)), "taken\n");
}

#[test]
fn a_stop_token_ends_calls() {
    let folder = TempDir::new().expect("a folder");
    let sources = ["tests/cpp/stop_token.cpp"];
    // GCC 12 warns of the constructor of its own std::stop_source.
    let options = ["-std=c++20", "-Wno-maybe-uninitialized"];
    let program = compile_with(folder.path(), "stop", &sources, &options);
    let emulator = Emulator::start();
    assert_eq!(run(&mut against(&emulator, &program)), "stopped\n");
}

#[test]
fn a_program_without_exceptions_has_every_error_and_aborts_in_place_of_throwing() {
    let folder = TempDir::new().expect("a folder");
    let options = ["-std=c++17", "-fno-exceptions", "-fno-rtti"];
    let sources = ["tests/cpp/no_exceptions.cpp"];
    let program = compile_with(folder.path(), "quiet", &sources, &options);
    let emulator = Emulator::start();
    assert_eq!(run(&mut against(&emulator, &program)), "called\n");
    let ended = against(&emulator, &program).arg("throw").output();
    let ended = ended.expect("an output");
    assert_eq!(ended.status.signal(), Some(libc::SIGABRT), "{ended:?}");
    assert_eq!(ended.stdout, b"called\n");
    assert_eq!(
        String::from_utf8_lossy(&ended.stderr),
        "loginid: v2_delete_user: LID_ERROR_INVALID_ARGUMENT: user_id must not be empty \
         (empty_argument)\n"
    );
}

#[test]
fn errors_and_attempts_have_the_shape_of_all_languages() {
    let folder = TempDir::new().expect("a folder");
    let sources = ["tests/cpp/errors.cpp"];
    let program = compile(folder.path(), "errors", &sources);
    let emulator = Emulator::start();
    let table = root().join("bindings/errors.json");
    assert_eq!(run(against(&emulator, &program).arg(table)), "compared\n");
}

#[test]
fn programs_start_emulators_for_their_tests() {
    let folder = TempDir::new().expect("a folder");
    let program = compile(folder.path(), "testing", &["tests/cpp/testing.cpp"]);
    let start = || {
        let mut command = Command::new(&program);
        command.env("LOGINID_EMULATOR", emulator_program());
        command
    };
    assert_eq!(run(&mut start()), "started\n");

    // Also a program that is killed leaves no emulator behind.
    let killed = start().arg("killed").output().expect("an output");
    assert_eq!(killed.status.signal(), Some(libc::SIGKILL), "{killed:?}");
    let url = String::from_utf8(killed.stdout).expect("a text");
    let address = url.trim().strip_prefix("http://").expect("an address");
    let deadline = Instant::now() + Duration::from_secs(60);
    while TcpStream::connect(address).is_ok() {
        assert!(Instant::now() < deadline, "the emulator runs on");
    }
}

#[test]
fn no_copy_of_a_secret_is_left_in_memory() {
    let folder = TempDir::new().expect("a folder");
    let program = compile(folder.path(), "memory", &["tests/cpp/memory.cpp"]);
    let emulator = Emulator::start();
    assert_eq!(run(&mut against(&emulator, &program)), "searched\n");
}

/// The block of the page in this language that has this text, as it is printed.
fn block_of_the_page(language: &str, with: &str) -> String {
    let page = read("docs/cpp.md");
    let begin = format!("```{language}\n");
    let blocks = page.split(&begin).skip(1);
    let mut found = blocks.filter_map(|rest| {
        let block = rest.split("```").next()?;
        block.contains(with).then(|| block.to_owned())
    });
    let block = found
        .next()
        .unwrap_or_else(|| panic!("no block has {with}"));
    assert_eq!(found.next(), None, "two blocks have {with}");
    block
}

fn compile_text(folder: &Path, text: &str, options: &[&str]) -> PathBuf {
    let source = folder.join("program.cpp");
    std::fs::write(&source, text).expect("a source");
    compile_with(folder, "program", &[source], options)
}

/// What the commands of the page that build this program print, in a folder with files of the
/// page. As after `make install`, pkg-config and the shell find the library and the emulator.
fn printed_by_the_page(program: &str, files: &[(&str, &str)]) -> String {
    let folder = TempDir::new().expect("a folder");
    let place = folder.path().to_str().expect("a path");
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).expect("a source");
    }
    link_library_into(folder.path());
    let module = read("loginid.pc.in").replace("@LIBDIR@", place).replace(
        "@INCLUDEDIR@",
        &root().join("include").display().to_string(),
    );
    std::fs::write(folder.path().join("loginid.pc"), module).expect("a module");
    let commands = block_of_the_page("sh", &format!("-o {program} "));
    let strict = format!("c++ {} ", [&STRICT[..], &STRICTER[..]].concat().join(" "));
    let emulator = emulator_program();
    let usual = std::env::var_os("PATH").unwrap_or_default();
    let mut path = vec![emulator.parent().expect("its folder").to_owned()];
    path.extend(std::env::split_paths(&usual));
    run(Command::new("sh")
        .args(["-ec", &commands.replace("c++ ", &strict)])
        .current_dir(&folder)
        .env("PATH", std::env::join_paths(path).expect("a search path"))
        .env("PKG_CONFIG_PATH", folder.path())
        .env("LD_LIBRARY_PATH", folder.path()))
}

#[test]
fn the_backend_of_the_documentation_runs() {
    let backend = block_of_the_page("cpp", "client.delete_user(user_id);");
    let printed = printed_by_the_page("backend", &[("backend.cpp", &backend)]);
    assert_eq!(
        printed,
        "a session for ada@example.com\npaid\nalready gone: not_found 404\n"
    );
}

#[test]
fn the_server_of_the_documentation_passes_its_test() {
    let server = block_of_the_page("cpp", "answer post_session(");
    let test = block_of_the_page("cpp", "\"session.hpp\"");
    let files = [("session.hpp", &server[..]), ("session_test.cpp", &test)];
    assert_eq!(
        printed_by_the_page("session_test", &files),
        "Everything was as expected. The last user was grace.\n"
    );
}

/// What a stranger sends is never an error of the server, and each error has the answer of the
/// guides.
#[test]
fn the_server_of_the_documentation_answers_as_the_guides_do() {
    let folder = TempDir::new().expect("a folder");
    let server = block_of_the_page("cpp", "answer post_session(");
    std::fs::write(folder.path().join("session.hpp"), server).expect("a header");
    let include = folder.path().to_str().expect("a path");
    let options = ["-std=c++17", "-I", include];
    let sources = ["tests/cpp/answers.cpp"];
    let program = compile_with(folder.path(), "answers", &sources, &options);
    let emulator = Emulator::start();
    let ended = against(&emulator, &program).output().expect("an output");
    assert_eq!(ended.stdout, b"answered\n", "{ended:?}");
    // The faults of the program are logged, and only those.
    assert_eq!(String::from_utf8_lossy(&ended.stderr).lines().count(), 4);
}

#[test]
fn the_program_without_exceptions_of_the_documentation_runs() {
    let folder = TempDir::new().expect("a folder");
    let text = block_of_the_page("cpp", "try_from_env(client)");
    let program = compile_text(folder.path(), &text, &["-std=c++17", "-fno-exceptions"]);
    let emulator = Emulator::start();
    let login = emulator.v2().login("ada").expect("a login");
    let token = login["jwtAccess"].as_str().expect("a token");
    let refused = against(&emulator, &program).arg("a.b.c").output();
    let refused = refused.expect("an output");
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");
    let errors = String::from_utf8_lossy(&refused.stderr);
    assert!(errors.contains("malformed_token"), "{errors}");
    assert_eq!(run(against(&emulator, &program).arg(token)), "ada\n");
}

#[test]
fn the_program_of_the_older_service_of_the_documentation_runs() {
    let folder = TempDir::new().expect("a folder");
    let text = block_of_the_page("cpp", "client.get_user(");
    let program = compile_text(folder.path(), &text, &["-std=c++17"]);
    let emulator = Emulator::start();
    let status = against(&emulator, &program).status().expect("a status");
    assert_eq!(status.code(), Some(2), "there is no such user yet");
    let (id, key) = (emulator.client_id(), emulator.private_key());
    let user = loginid::Client::new_management(id, key, Some(emulator.base_url()))
        .and_then(|client| client.add_user_without_credentials("ada@example.com"))
        .expect("a user");
    let user: Value = serde_json::from_str(&user).expect("JSON");
    let printed = run(&mut against(&emulator, &program));
    assert_eq!(printed.trim_end(), user["id"].as_str().expect("an id"));
}

#[test]
fn the_stop_token_of_the_documentation_compiles() {
    let text = format!(
        "#include <loginid.hpp>\n#include <thread>\n\
         void stop(const loginid::v2::client &client) {{\n{}\n}}\nint main() {{}}\n",
        block_of_the_page("cpp", "std::jthread")
    );
    let folder = TempDir::new().expect("a folder");
    let options = ["-std=c++20", "-Wno-unused-variable"];
    compile_text(folder.path(), &text, &options);
}

#[test]
fn the_page_has_each_call_of_the_current_service() {
    let page = read("docs/cpp.md");
    for name in read("tests/cpp/v2_public_calls.txt").lines() {
        assert!(page.contains(&format!("| `{name}(")), "{name}");
    }
}

#[test]
fn the_example_of_a_backend_runs() {
    let folder = TempDir::new().expect("a folder");
    let sources = ["examples/cpp/backend.cpp"];
    let program = compile(folder.path(), "backend", &sources);
    let emulator = Emulator::start();
    let printed = run(&mut against(&emulator, &program));
    for line in [
        "verify_token         a session for ada@example.com\n",
        "list_passkeys        Ada's phone\n",
        "verify_transaction   Pay 10.00 EUR to Grace\n",
        "delete_user          v2_delete_user: LID_ERROR_API: ",
    ] {
        assert!(printed.contains(line), "no {line} in:\n{printed}");
    }
    assert!(
        printed.ends_with("Everything was as expected.\n"),
        "{printed}"
    );
}

/// The tables that the tests of all bindings read.
#[test]
fn the_tables_of_requests_have_every_function_that_sends_one() {
    let local = [
        "lid_with_options",
        "lid_generate_service_token",
        "lid_generate_tx_auth_token",
        "lid_verify_token",
        "lid_verify_transaction",
        "lid_v2_with_options",
        "lid_v2_verify_token",
        "lid_v2_verify_transaction",
    ];
    let header = read("include/loginid_ffi.h");
    for (client, table) in [("lid_client", "wire"), ("lid_v2_client", "wire-v2")] {
        let first = format!("const {client} *");
        let declared = header.lines().filter_map(|line| {
            let (name, parameters) = line.strip_prefix("lid_status ")?.split_once('(')?;
            parameters.starts_with(&first).then_some(name)
        });
        let sending: BTreeSet<&str> = declared.filter(|name| !local.contains(name)).collect();
        assert!(sending.len() > 20, "{sending:?}");
        let calls = table_of_calls(table);
        let listed = calls
            .iter()
            .map(|call| call["function"].as_str().expect("a name"));
        assert_eq!(listed.collect::<BTreeSet<_>>(), sending);
    }
}

fn table_of_calls(name: &str) -> Vec<Value> {
    serde_json::from_str(&read(&format!("bindings/{name}.json"))).expect("JSON")
}

/// The columns of C++ in the tables of errors.md are methods of the header.
#[test]
fn the_tables_of_errors_and_attempts_have_their_methods() {
    let header = read("include/loginid.hpp");
    let page = read("docs/errors.md");
    for (class, first, column, count) in [
        ("class error ", "| type |", 2, 10),
        ("class attempt ", "| `event` |", 2, 11),
    ] {
        let (_, declared) = header.split_once(class).expect("the class");
        let (declared, _) = declared.split_once("\nprivate:").expect("its members");
        let (_, table) = page.split_once(first).expect("its table");
        let (table, _) = table.split_once("\n\n").expect("its end");
        let cells = table.lines().filter_map(|row| row.split('|').nth(column));
        let methods: Vec<_> = cells
            .flat_map(|cell| cell.split('`').filter(|name| name.ends_with("()")))
            .collect();
        assert!(methods.len() >= count, "{methods:?}");
        for method in methods {
            let forms = [" ", "&", "*"].map(|before| format!("{before}{method} const"));
            assert!(forms.iter().any(|form| declared.contains(form)), "{method}");
        }
    }
}

/// The table that the tests of all bindings compare errors with.
#[test]
fn the_table_of_errors_has_every_status() {
    let header = read("include/loginid.h");
    let declared = header.lines().filter_map(|line| {
        let (name, number) = line.trim().split_once(" = ")?;
        let number: i64 = number.trim_end_matches(',').parse().ok()?;
        name.starts_with("LID_ERROR_")
            .then(|| (name.to_owned(), number))
    });
    let table: Value = serde_json::from_str(&read("bindings/errors.json")).expect("JSON");
    let listed = table["statuses"].as_array().expect("a list").iter();
    let listed = listed.map(|row| {
        let name = row["status"].as_str().expect("a name");
        (name.to_owned(), row["number"].as_i64().expect("a number"))
    });
    let declared: BTreeSet<_> = declared.collect();
    assert!(declared.len() >= 14, "{declared:?}");
    assert_eq!(listed.collect::<BTreeSet<_>>(), declared);
}

#[test]
fn each_call_sends_what_its_function_is_for_in_both_forms() {
    let folder = TempDir::new().expect("a folder");
    let program = compile(folder.path(), "wire", &["tests/cpp/wire.cpp"]);
    let emulator = Emulator::start();
    run(against(&emulator, &program).arg(root().join("bindings/wire.json")));
    assert_eq!(emulator.resent_token_count(), 0);

    let calls = table_of_calls("wire");
    let mut requests = emulator.requests();
    requests.retain(|request| request.path != "/certs");
    assert_eq!(requests.len(), 2 * calls.len());
    for (call, both) in calls.iter().zip(requests.chunks(2)) {
        for request in both {
            let mut body = request.body.clone().unwrap_or_default();
            if let Some(members) = body.as_object_mut() {
                members.remove("client_id");
                if members.is_empty() {
                    body = Value::Null;
                }
            }
            assert_eq!(
                (request.method.as_str(), request.path.as_str(), &body),
                (
                    call["method"].as_str().unwrap(),
                    call["path"].as_str().unwrap(),
                    &call["body"]
                ),
                "{}",
                call["function"]
            );
        }
    }
}

#[test]
fn each_call_of_the_current_service_sends_what_its_function_is_for_in_both_forms() {
    const GRANT: &str = "/fido2/v2/mgmt/grant";
    let folder = TempDir::new().expect("a folder");
    let program = compile(folder.path(), "wire", &["tests/cpp/v2_wire.cpp"]);
    let emulator = Emulator::start();
    let v2 = emulator.v2();
    // A grant is for a user that there is.
    v2.login("the-username").expect("a login");
    emulator.clear_requests();
    run(against(&emulator, &program).arg(root().join("bindings/wire-v2.json")));

    let key_set = "/fido2/v2/.well-known/jwks.json";
    let requests = emulator.requests();
    let mut requests = requests.iter().filter(|request| request.path != key_set);
    for call in table_of_calls("wire-v2") {
        let function = &call["function"];
        for _ in 0..2 {
            let grant = match call["authorization"].as_str() {
                None | Some("api_key" | "token") => None,
                Some(scope) => {
                    let asked = requests.next().expect("the request of a grant");
                    let body = json!({"username": "the-username", "grants": [scope]});
                    assert_eq!(
                        (asked.path.as_str(), asked.body.as_ref()),
                        (GRANT, Some(&body))
                    );
                    Some(scope)
                }
            };
            let request = requests.next().expect("a request");
            let mut body = call["body"].clone();
            if let Some(application) = body.get_mut("app") {
                *application = json!({"id": v2.application_id()});
            }
            assert_eq!(
                (request.method.as_str(), request.path.as_str()),
                (
                    call["method"].as_str().unwrap(),
                    call["path"].as_str().unwrap()
                ),
                "{function}"
            );
            assert_eq!(request.body.clone().unwrap_or_default(), body, "{function}");
            let authorization = request.headers.iter().find(|one| one.0 == "authorization");
            let authorization = authorization.map(|(_, value)| value.as_str());
            match (call["authorization"].as_str(), grant) {
                (_, Some(scope)) => {
                    let token = request.token.as_ref().expect("a grant");
                    assert_eq!(token.claims["scopes"], json!([scope]), "{function}");
                }
                (Some("api_key"), _) => {
                    assert!(authorization.unwrap().starts_with("Basic "), "{function}");
                }
                (Some(_), _) => assert_eq!(authorization, Some("Bearer the-token"), "{function}"),
                (None, _) => assert_eq!(authorization, None, "{function}"),
            }
        }
    }
    assert_eq!(requests.count(), 0);
}
