//! The recipes of docs/testing.md.

use std::process::{Command, Output, Stdio};

/// The shell blocks of docs/testing.md that start an emulator.
fn recipes() -> Vec<String> {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/testing.md");
    let text = std::fs::read_to_string(page).expect("the page");
    let blocks = text.split("```sh\n").skip(1);
    blocks
        .filter_map(|block| Some(block.split_once("```")?.0.to_owned()))
        .filter(|block| block.contains("$SHELL") || block.contains("emulator.env"))
        .collect()
}

/// Runs a script in an empty folder, in a shell that finds the emulator.
fn in_a_shell(shell: &str, script: &str) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let loginid = super::loginid();
    let programs = loginid.parent().unwrap();
    let path = std::env::var("PATH").unwrap();
    // The recipe starts this shell, which reads its commands from its input.
    let mut child = Command::new(shell)
        .args(["-e", "-c", script])
        .current_dir(folder.path())
        .env("PATH", format!("{}:{path}", programs.display()))
        .env("SHELL", shell)
        .env("LOGINID_PRIVATE_KEY_FILE", "absent.pem")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    std::io::Write::write_all(&mut input, b"loginid doctor; echo ended: $?\n").unwrap();
    drop(input);
    child.wait_with_output().unwrap()
}

#[test]
fn the_recipes_of_the_documentation_cannot_read_the_variables_too_early() {
    let recipes = recipes();
    assert_eq!(recipes.len(), 2, "{recipes:?}");
    for shell in ["sh", "bash"] {
        let output = in_a_shell(shell, &recipes[0]);
        let printed = String::from_utf8(output.stdout).unwrap();
        assert!(
            output.status.success() && printed.ends_with("ended: 0\n"),
            "{printed}"
        );

        let check = "loginid doctor; echo ended: $?; kill $!; wait $!; ls\n";
        // With a plain file the variables were read too early in each of ten runs.
        for _ in 0..10 {
            let output = in_a_shell(shell, &format!("{}{check}", recipes[1]));
            let printed = String::from_utf8(output.stdout).unwrap();
            assert!(
                output.status.success() && printed.ends_with("ended: 0\n"),
                "{printed}"
            );
        }
    }
}

/// Otherwise the rest of the script would run against the real service.
#[test]
fn the_recipe_ends_a_script_whose_emulator_does_not_start() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let start = "loginid-emulator >";
    let recipe = recipes()[1].replace(start, &format!("loginid-emulator --port {port} >"));
    assert!(recipe.contains("--port"), "{recipe}");
    for shell in ["sh", "bash"] {
        let script = format!("set +e\nexport LOGINID_EMULATOR_URL=old\n{recipe}echo tests run");
        let output = in_a_shell(shell, &script);
        assert!(!output.status.success() && output.stdout.is_empty());
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(stderr.contains("the emulator did not start"), "{stderr}");
    }
}
