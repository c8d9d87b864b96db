//! `make deb`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::common::compiler::run;
use crate::common::make::target_folder;
use crate::common::root;
use crate::tree::{Tree, files, make};

/// The version of the packages: the library's, and a number for changes of the packages alone.
fn version() -> String {
    let changelog = root().join("packaging/deb/debian/changelog");
    run(Command::new("dpkg-parsechangelog")
        .arg("-l")
        .arg(changelog)
        .args(["-S", "Version"]))
    .trim()
    .to_owned()
}

/// The package of this version, where `make deb` puts it.
fn package(name: &str, architecture: &str) -> PathBuf {
    let version = version();
    let file = format!("{name}_{version}_{architecture}.deb");
    target_folder().join("deb").join(file)
}

fn field(package: &Path, name: &str) -> String {
    run(Command::new("dpkg-deb").arg("-f").arg(package).arg(name))
}

fn contents(package: &Path) -> Vec<String> {
    let mut paths: Vec<String> = run(Command::new("dpkg-deb").arg("-c").arg(package))
        .lines()
        .filter(|line| !line.starts_with('d'))
        .map(|line| {
            assert!(line.contains("root/root"), "{line}");
            let path = line.split_whitespace().nth(5).expect("a path");
            path.trim_start_matches('.').to_owned()
        })
        .collect();
    // Links are listed last.
    paths.sort();
    paths
}

fn ask(what: &str) -> String {
    let answer = run(Command::new("dpkg-architecture").arg(what));
    answer.trim().to_owned()
}

/// What each package has below /usr/share/doc, with the licences of a crate that it contains.
fn documents(package: &str, contained: Option<&str>) -> Vec<String> {
    let mut names = ["changelog.Debian.gz", "changelog.gz", "copyright"]
        .map(str::to_owned)
        .to_vec();
    if let Some(name) = contained {
        names.push("LICENSE-THIRD-PARTY.txt.gz".to_owned());
        names.push(format!("{name}.cdx.json.gz"));
    }
    names
        .iter()
        .map(|name| format!("/usr/share/doc/{package}/{name}"))
        .collect()
}

fn assert_contents(package: &Path, mut expected: Vec<String>) {
    expected.sort();
    assert_eq!(contents(package), expected);
}

/// Each function of the library, and since when it is there.
fn assert_symbols(symbols: &str) {
    let header = fs::read_to_string(root().join("include/loginid.symbols")).unwrap();
    let mut functions: Vec<&str> = header
        .lines()
        .filter(|line| !line.starts_with("typedef"))
        .filter_map(|line| line.split_once('(')?.0.rsplit([' ', '*']).next())
        .collect();
    functions.sort_unstable();
    let mut listed = Vec::new();
    for line in symbols.lines().filter(|line| line.starts_with(' ')) {
        let (function, since) = line.trim().split_once("@Base ").expect("a version");
        assert!(
            since.split('.').all(|number| number.parse::<u32>().is_ok()),
            "{line}"
        );
        listed.push(function);
    }
    listed.sort_unstable();
    assert_eq!(listed, functions);
}

/// The pages link to what is in the package, or to the project's address.
fn assert_links(folder: &Path) {
    let mut links = 0;
    for page in files(folder).iter().filter(|name| name.ends_with(".md")) {
        let page = folder.join(page);
        let text = fs::read_to_string(&page).unwrap();
        // Lambdas of C++ look like links. They are in blocks of code, or have a space or a colon.
        let prose = text.split("```").step_by(2);
        for link in prose.flat_map(|part| part.split("](").skip(1)) {
            let link = link.split([')', '#']).next().unwrap();
            if link.is_empty() || link.contains([' ', ':']) {
                continue;
            }
            let target = page.parent().unwrap().join(link);
            assert!(target.exists(), "{}: {link}", page.display());
            links += 1;
        }
    }
    assert!(links > 300, "{links}");
}

#[test]
fn the_debian_packages_hold_everything_and_work() {
    run(&mut make("deb"));
    let architecture = ask("-qDEB_HOST_ARCH");
    let triplet = ask("-qDEB_HOST_MULTIARCH");
    let libdir: &'static str = format!("lib/{triplet}").leak();
    let [library, development, emulator, command] = [
        "libloginid0",
        "libloginid-dev",
        "loginid-emulator",
        "loginid",
    ]
    .map(|name| package(name, &architecture));
    let documentation = package("libloginid-doc", "all");

    let version = env!("CARGO_PKG_VERSION");
    let mut expected = documents("libloginid0", Some("loginid"));
    expected.extend([
        format!("/usr/{libdir}/libloginid.so.0"),
        format!("/usr/{libdir}/libloginid.so.{version}"),
    ]);
    assert_contents(&library, expected);

    let mut expected = documents("libloginid-dev", Some("loginid"));
    expected.extend(
        [
            "include/loginid.h",
            "include/loginid.hpp",
            "include/loginid/testing.hpp",
            "include/loginid_ffi.h",
            &format!("{libdir}/cmake/loginid/loginid-config-version.cmake"),
            &format!("{libdir}/cmake/loginid/loginid-config.cmake"),
            &format!("{libdir}/libloginid.a"),
            &format!("{libdir}/libloginid.so"),
            &format!("{libdir}/pkgconfig/loginid.pc"),
            "share/man/man3/loginid.3.gz",
        ]
        .map(|name| format!("/usr/{name}")),
    );
    for page in files(&root().join("man/man3")) {
        expected.push(format!("/usr/share/man/man3/{page}.gz"));
    }
    assert_contents(&development, expected);

    let mut expected = documents("loginid-emulator", Some("loginid-emulator"));
    expected.extend([
        "/usr/bin/loginid-emulator".to_owned(),
        "/usr/share/man/man1/loginid-emulator.1.gz".to_owned(),
    ]);
    assert_contents(&emulator, expected);

    let mut expected = documents("loginid", Some("loginid-cli"));
    expected.extend(
        [
            "bin/loginid",
            "share/bash-completion/completions/loginid",
            "share/fish/vendor_completions.d/loginid.fish",
            "share/man/man1/loginid.1.gz",
            "share/zsh/vendor-completions/_loginid",
        ]
        .map(|name| format!("/usr/{name}")),
    );
    assert_contents(&command, expected);

    let documents = documents("libloginid-doc", None);
    let listed = contents(&documentation);
    for path in [
        "html/index.html",
        "docs/v2/getting-started.md",
        "examples/c/quickstart.c",
    ] {
        let path = format!("/usr/share/doc/libloginid-doc/{path}");
        assert!(listed.contains(&path), "{path}");
    }
    assert!(documents.iter().all(|path| listed.contains(path)));

    assert!(field(&library, "Depends").contains("libc6 (>= "));
    assert_eq!(
        field(&development, "Depends").trim(),
        format!("libloginid0 (= {})", self::version())
    );
    // What the packaging tools of other programs query to depend on this package.
    let control = |name: &str| run(Command::new("dpkg-deb").arg("-I").arg(&library).arg(name));
    assert_eq!(
        control("shlibs").trim(),
        format!("libloginid 0 libloginid0 (>= {version})")
    );
    assert!(control("triggers").contains("ldconfig"));
    assert_symbols(&control("symbols"));

    let folder = TempDir::new().unwrap();
    let root = folder.path().join("root");
    for package in [&library, &development, &emulator, &documentation] {
        run(Command::new("dpkg-deb").arg("-x").arg(package).arg(&root));
    }
    assert_links(&root.join("usr/share/doc/libloginid-doc"));
    let tree = Tree {
        prefix: root.join("usr"),
        libdir,
    };
    fs::create_dir(folder.path().join("outside")).unwrap();
    tree.build_with_pkg_config(&folder.path().join("outside"));
}
