//! `include/loginid.hpp`: it covers the header, compiles under every standard, and its programs
//! in `tests/cpp` do what they should against an emulator.

use std::ffi::OsString;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use loginid_emulator::Emulator;
use serde_json::Value;
use tempfile::TempDir;

const STRICT: [&str; 6] = [
    "-Wall",
    "-Wextra",
    "-pedantic",
    "-Wshadow",
    "-Wconversion",
    "-Werror",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).expect(path)
}

/// Runs a command that has to succeed, and gives what it printed.
fn run(command: &mut Command) -> String {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(
        output.status.success(),
        "{command:?}: {}\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn compiler() -> OsString {
    std::env::var_os("CXX").unwrap_or_else(|| "c++".into())
}

/// Links sources with the library that Cargo built along with this test.
fn compile(folder: &Path, name: &str, sources: &[impl AsRef<Path>]) -> PathBuf {
    let library = std::env::current_exe()
        .expect("the path of this test")
        .with_file_name("libloginid.so");
    assert!(library.is_file(), "build the library first: make test-cpp");
    for name in ["libloginid.so", "libloginid.so.0"] {
        symlink(&library, folder.join(name)).expect("a link to the library");
    }
    let program = folder.join(name);
    run(Command::new(compiler())
        // Optimised, since a compiler must not leave out the wiping of copies.
        .args(["-std=c++17", "-O1", "-pthread", "-Wl,-rpath,$ORIGIN", "-o"])
        .arg(&program)
        .args(STRICT)
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
    assert!(functions.len() > 50, "{functions:?}");
    for name in functions {
        let called = ["(", ")", ","].map(|end| format!("::{name}{end}"));
        assert!(
            called.iter().any(|call| wrapper.contains(call)),
            "loginid.hpp does not have {name}"
        );
    }
}

/// What a call's error names its arguments by is what the C header has, in its order.
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
    let functions = header.matches("char **out)").count();
    assert!(count > 40 && count == functions, "{count} of {functions}");
}

#[test]
fn the_header_compiles_with_each_compiler_under_each_standard() {
    let folder = TempDir::new().expect("a folder");
    let source = folder.path().join("include.cpp");
    std::fs::write(&source, "#include <loginid.hpp>\n").expect("a source");
    let mut compilers = vec![compiler()];
    match Command::new("clang++").arg("--version").output() {
        Ok(_) => compilers.push("clang++".into()),
        Err(_) if std::env::var_os("CI").is_some_and(|ci| ci == "true") => {
            panic!("clang++ is not installed")
        }
        Err(_) => println!("clang++ is not installed: left out"),
    }
    for compiler in compilers {
        for standard in ["-std=c++17", "-std=c++20"] {
            run(Command::new(&compiler)
                .args([standard, "-fsyntax-only", "-I"])
                .arg(root().join("include"))
                .args(STRICT)
                .arg(&source));
        }
    }
}

#[test]
fn calls_behave_as_the_header_says() {
    let folder = TempDir::new().expect("a folder");
    let sources = ["tests/cpp/calls.cpp", "examples/cpp/emulator.cpp"];
    let program = compile(folder.path(), "calls", &sources);
    let emulator = Emulator::start();
    assert_eq!(run(&mut against(&emulator, &program)), "called\n");
}

#[test]
fn no_copy_of_a_secret_is_left_in_memory() {
    let folder = TempDir::new().expect("a folder");
    let program = compile(folder.path(), "memory", &["tests/cpp/memory.cpp"]);
    let emulator = Emulator::start();
    assert_eq!(run(&mut against(&emulator, &program)), "searched\n");
}

#[test]
fn the_program_of_the_documentation_runs_as_it_is_printed() {
    let page = read("docs/cpp.md");
    let (_, rest) = page.split_once("```cpp\n").expect("a program");
    let (text, _) = rest.split_once("```").expect("its end");
    let folder = TempDir::new().expect("a folder");
    let source = folder.path().join("program.cpp");
    std::fs::write(&source, text).expect("a source");
    let program = compile(folder.path(), "program", &[source]);
    let emulator = Emulator::start();
    let status = against(&emulator, &program).status().expect("a status");
    assert_eq!(status.code(), Some(2), "there is no such user yet");
    let (id, key) = (emulator.client_id(), emulator.private_key());
    loginid::Client::new_management(id, key, Some(emulator.base_url()))
        .and_then(|client| client.add_user_without_credentials("ada@example.com"))
        .expect("a user");
    run(&mut against(&emulator, &program));
}

#[test]
fn each_call_sends_what_its_function_is_for_in_both_forms() {
    let folder = TempDir::new().expect("a folder");
    let program = compile(folder.path(), "wire", &["tests/cpp/wire.cpp"]);
    let emulator = Emulator::start();
    run(against(&emulator, &program).arg(root().join("bindings/wire.json")));

    let calls: Vec<Value> = serde_json::from_str(&read("bindings/wire.json")).expect("JSON");
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
