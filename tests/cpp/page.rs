//! The programs and tables of docs/cpp.md.

use std::path::{Path, PathBuf};
use std::process::Command;

use loginid_emulator::Emulator;
use serde_json::Value;
use tempfile::TempDir;

use crate::common::compiler::{STRICT, link_library_into, run};
use crate::common::{emulator_program, root};
use crate::{STRICTER, against, compile_with, read};

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
