//! A program that runs with more rights than the user who started it reads none of
//! that user's variables.

mod common;

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use common::compiler::{cc, run};
use common::{left_out, root, shared_library};
use tempfile::TempDir;

/// An arbitrary user id.
const CALLER: u32 = 65_534;

fn compile(folder: &Path) -> std::path::PathBuf {
    let program = folder.join("variables");
    let library = shared_library();
    // Not by $ORIGIN: the loader ignores that in a setuid program.
    let rpath = format!("-Wl,-rpath,{}", folder.display());
    fs::copy(&library, folder.join("libloginid.so.0")).expect("a copy of the library");
    run(cc()
        .args(["-std=gnu99", "-I"])
        .arg(root().join("include"))
        .arg(root().join("tests/setuid/variables.c"))
        .arg("-o")
        .arg(&program)
        .arg(library)
        .arg(rpath));
    program
}

/// Runs the program with variables that would each change what it does.
fn outcomes(program: &Path, caller: u32) -> String {
    let mut command = Command::new(program);
    command.env_clear().uid(caller).gid(caller).current_dir("/");
    for (name, value) in [
        ("LOGINID_CLIENT_ID", "shop"),
        ("LOGINID_MAX_RETRIES", "many"),
        ("LOGINID_REQUIRE_EX", "1"),
        ("LOGINID_V2_BASE_URL", "https://shop.invalid"),
        ("LOGINID_V2_API_KEY_FILE", "/no/such/key"),
        ("http_proxy", "socks5://elsewhere.invalid"),
        ("ALL_PROXY", "socks5://elsewhere.invalid"),
        ("SSL_CERT_FILE", "/no/such/file"),
        ("SSL_CERT_DIR", "/no/such/folder"),
    ] {
        command.env(name, value);
    }
    run(&mut command)
}

/// The line of a constructor and its status.
#[track_caller]
fn line<'a>(printed: &'a str, begin: &str) -> &'a str {
    let line = printed.lines().find(|line| line.starts_with(begin));
    line.unwrap_or_else(|| panic!("no '{begin}': {printed}"))
}

fn skipped(why: &str) {
    left_out("a setuid program", why);
}

#[test]
fn a_setuid_program_reads_no_variable() {
    if !rustix::process::geteuid().is_root() {
        return skipped("only root can make a program setuid for another user");
    }
    let folder = TempDir::new().expect("a folder");
    let readable = Permissions::from_mode(0o755);
    fs::set_permissions(folder.path(), readable.clone()).expect("permissions");
    let program = compile(folder.path());

    fs::set_permissions(&program, readable).expect("permissions");
    let usual = outcomes(&program, CALLER);
    assert!(usual.contains("secure: 0\n"), "{usual}");
    for (service, misspelt) in [("", "LOGINID_REQUIRE_EXP"), ("v2 ", "MAX_RETRIES")] {
        for (what, part) in [
            ("environment", misspelt),
            ("proxy", "http_proxy"),
            ("roots", "SSL_CERT_FILE: cannot read '/no/such/file'"),
        ] {
            let line = line(&usual, &format!("{service}{what}: LID_ERROR_CONFIG"));
            assert!(line.contains(part), "{part}: {line}");
        }
    }

    fs::set_permissions(&program, Permissions::from_mode(0o4755)).expect("permissions");
    let setuid = outcomes(&program, CALLER);
    if setuid.contains("secure: 0\n") {
        return skipped("programs cannot be setuid in this file system (nosuid)");
    }
    for service in ["", "v2 "] {
        let environment = line(&setuid, &format!("{service}environment: LID_ERROR_CONFIG"));
        assert!(environment.contains("missing_field"), "{setuid}");
        assert!(
            environment.contains("the environment is not read"),
            "{setuid}"
        );
        line(&setuid, &format!("{service}proxy: LID_OK {{}}"));
        line(&setuid, &format!("{service}roots: LID_OK {{}}"));
    }
    for name in [
        "LOGINID_REQUIRE_EXP",
        "MAX_RETRIES",
        "SSL_CERT",
        "_proxy",
        "/no/such",
    ] {
        assert!(!setuid.contains(name), "{name}: {setuid}");
    }
}
