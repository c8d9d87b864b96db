//! `make deb`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::common::compiler::run;
use crate::common::make::{make, target_folder};
use crate::tree::Tree;

/// The package of this version, where `make deb` puts it.
fn package(name: &str, architecture: &str) -> PathBuf {
    let version = env!("CARGO_PKG_VERSION");
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

#[test]
fn the_debian_packages_hold_everything_and_work() {
    run(&mut make("deb"));
    let architecture = ask("-qDEB_HOST_ARCH");
    let triplet = ask("-qDEB_HOST_MULTIARCH");
    let libdir: &'static str = format!("lib/{triplet}").leak();
    let [library, development, emulator] = ["libloginid0", "libloginid-dev", "loginid-emulator"]
        .map(|name| package(name, &architecture));

    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(
        contents(&library),
        [
            format!("/usr/{libdir}/libloginid.so.0"),
            format!("/usr/{libdir}/libloginid.so.{version}"),
            "/usr/share/doc/libloginid0/LICENSE-THIRD-PARTY.txt".to_owned(),
            "/usr/share/doc/libloginid0/copyright".to_owned(),
        ]
    );
    assert!(contents(&development).contains(&"/usr/share/man/man3/loginid.3.gz".to_owned()));
    for program in ["loginid", "loginid-emulator"] {
        assert!(contents(&emulator).contains(&format!("/usr/bin/{program}")));
    }
    assert!(field(&library, "Depends").contains("libc6 (>= "));
    assert_eq!(
        field(&development, "Depends").trim(),
        format!("libloginid0 (= {version})")
    );
    // What the packaging tools of other programs query to depend on this package.
    let control = |name: &str| run(Command::new("dpkg-deb").arg("-I").arg(&library).arg(name));
    assert_eq!(
        control("shlibs").trim(),
        format!("libloginid 0 libloginid0 (>= {version})")
    );
    assert!(control("triggers").contains("ldconfig"));

    let folder = TempDir::new().unwrap();
    let root = folder.path().join("root");
    for package in [&library, &development, &emulator] {
        run(Command::new("dpkg-deb").arg("-x").arg(package).arg(&root));
    }
    let tree = Tree {
        prefix: root.join("usr"),
        libdir,
    };
    fs::create_dir(folder.path().join("outside")).unwrap();
    tree.build_with_pkg_config(&folder.path().join("outside"));
}
