//! A call without arguments, generated for every language into a folder of its own, where the
//! language's own tools read it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const CALL: &str = r#"
[[operation]]
name = "get_build"
service = "v1"
since = "0.1.0"
group = "builds"
summary = "Reads which build the service runs."
request = "GET /build"
names_application = false
safe = true
arguments = []
returns = "Build"
result = '`{"build":"…"}`.'
tested_by = "this test"

[[type]]
name = "Build"
summary = "The build that the service runs."
members = { build = "string" }
"#;

/// The header of the library, with the function that it would have.
const HEADER: &str =
    "#include <loginid.h>\nlid_status lid_get_build(const lid_client *client, char **out);\n";

#[test]
fn a_call_without_arguments_is_generated_for_every_language() {
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let read = |path: &str| fs::read_to_string(project.join(path)).expect(path);
    let operations = read("spec/operations.toml") + CALL;
    let about = "\"builds\" = \"Builds.\"\n";
    let with_group = |path: &str| {
        let text = read(path);
        assert!(text.contains("[groups.v1]\n"), "{path}");
        text.replacen("[groups.v1]\n", &format!("[groups.v1]\n{about}"), 1)
    };
    let (php, ruby) = (with_group("spec/php.toml"), with_group("spec/ruby.toml"));
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("no_arguments");
    let files = loginid_generate::described_by(&|path| match path {
        "spec/operations.toml" => operations.clone(),
        "spec/php.toml" => php.clone(),
        "spec/ruby.toml" => ruby.clone(),
        _ => read(path),
    });
    // rustfmt has read the files of Rust.
    for (path, text) in files.expect("a description without mistakes") {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
    let method = fs::read_to_string(folder.join("src/v1/builds.rs")).expect("a method");
    assert!(method.contains("pub fn get_build(&self) ->"), "{method}");

    let at = |path: &str| folder.join(path);
    let c = |compiler: &str| {
        let header = at("declared.h");
        fs::write(&header, HEADER).expect("a header");
        let mut command = Command::new(compiler);
        command
            .args(["-Wall", "-Wextra", "-pedantic", "-Werror", "-fsyntax-only"])
            .arg("-I")
            .arg(at("include"))
            .arg("-I")
            .arg(project.join("include"))
            .arg("-include")
            .arg(header);
        command
    };
    accepts(
        c("cc")
            .arg("-std=c99")
            .arg("-I")
            .arg(project.join("tests/c")),
        &at("tests/c/arguments.c"),
    );
    accepts(
        c("c++")
            .arg("-std=c++17")
            .arg("-I")
            .arg(project.join("tests/cpp")),
        &at("tests/cpp/wire.cpp"),
    );
    for path in ["_application_calls.py", "results.py", "_prototypes.py"] {
        let path = at("bindings/python/src/libloginid").join(path);
        accepts(Command::new("python3").args(["-m", "py_compile"]), &path);
    }
    for path in ["api/builds.rb", "calls.rb"] {
        let path = at("bindings/ruby/lib/loginid").join(path);
        accepts(Command::new("ruby").args(["-w", "-c"]), &path);
    }
    for path in ["Api/Builds.php", "ClientInterface.php"] {
        let path = at("bindings/php/src").join(path);
        accepts(Command::new("php").arg("-l"), &path);
    }
    for path in ["builds.go", "results.go", "wire_calls_test.go"] {
        let path = at("bindings/go").join(path);
        let differences = accepts(Command::new("gofmt").arg("-d"), &path);
        assert_eq!(differences, "", "{}", path.display());
    }
}

/// What a tool says of a file that it accepts. A tool that is not installed says nothing.
fn accepts(tool: &mut Command, file: &PathBuf) -> String {
    let name = tool.get_program().to_string_lossy().into_owned();
    let Ok(output) = tool.arg(file).output() else {
        assert!(std::env::var_os("CI").is_none(), "{name} is not installed");
        println!("{}: left out, there is no {name}", file.display());
        return String::new();
    };
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{name}: {printed}{errors}");
    printed
}
