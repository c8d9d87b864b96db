//! Reading the trusted roots: those that `SSL_CERT_FILE` and `SSL_CERT_DIR` name,
//! as for OpenSSL, else the system's.
//!
//! Crate `rustls-native-certs` does much the same, but reads the variables in
//! setuid programs too, and loses certificates behind a byte-order mark or a
//! damaged block.

use std::collections::BTreeSet;
use std::env;
use std::ffi::OsString;
use std::fs::{self, DirEntry, Metadata};
use std::io::{self, ErrorKind};
use std::path::{Component, Path, PathBuf};

use rustix::io::Errno;

use super::{file, pem};

/// Where Linux distributions keep all roots in one file; the first one that exists is used.
const FILES: [&str; 6] = [
    // Debian, Ubuntu, Gentoo, Arch
    "/etc/ssl/certs/ca-certificates.crt",
    // Fedora, RHEL
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    // RHEL 6
    "/etc/pki/tls/certs/ca-bundle.crt",
    // openSUSE
    "/etc/ssl/ca-bundle.pem",
    // OpenELEC
    "/etc/pki/tls/cacert.pem",
    // Alpine
    "/etc/ssl/cert.pem",
];

/// Where they keep roots in separate files.
const FOLDERS: [&str; 2] = ["/etc/ssl/certs", "/etc/pki/tls/certs"];

/// The usual way to name no folder.
const NO_FOLDER: &str = "/dev/null";

#[derive(Debug)]
pub(crate) struct Roots {
    /// As DER, each once. Some may not be certificates.
    pub(crate) certificates: Vec<Vec<u8>>,
    /// Whether a variable names them: then nothing else is trusted, even if there
    /// are none.
    pub(crate) named: bool,
}

/// Reads the roots. Blocks that cannot be parsed are skipped: a system's store may hold
/// a few bad entries among a hundred good ones. The error names the variable, if there is
/// one, and the path.
pub(crate) fn read(variable: impl Fn(&str) -> Option<OsString>) -> Result<Roots, String> {
    let (file, folders) = (variable("SSL_CERT_FILE"), variable("SSL_CERT_DIR"));
    let named = file.is_some() || folders.is_some();
    let mut reader = Reader::default();
    if named {
        if let Some(path) = file.map(PathBuf::from) {
            reader
                .file(&path)
                .map_err(|error| unreadable("SSL_CERT_FILE", &path, &error))?;
        }
        for path in folders.iter().flat_map(env::split_paths).filter(is_folder) {
            reader
                .folder(&path)
                .map_err(|(path, error)| unreadable("SSL_CERT_DIR", &path, &error))?;
        }
    } else {
        reader
            .system()
            .map_err(|(path, error)| unreadable("the system's trusted roots", &path, &error))?;
    }
    Ok(Roots {
        certificates: reader.certificates.into_iter().collect(),
        named,
    })
}

fn is_folder(path: &PathBuf) -> bool {
    !path.as_os_str().is_empty() && path != Path::new(NO_FOLDER)
}

fn unreadable(what: &str, path: &Path, error: &io::Error) -> String {
    format!("{what}: cannot read '{}': {error}", path.display())
}

type AtPath<T> = Result<T, (PathBuf, io::Error)>;

#[derive(Default)]
struct Reader {
    certificates: BTreeSet<Vec<u8>>,
    /// Device and inode of the files that were read: folders hold several links to
    /// each. Windows has no such links.
    #[cfg(unix)]
    seen: BTreeSet<(u64, u64)>,
}

impl Reader {
    fn system(&mut self) -> AtPath<()> {
        for path in FILES.map(Path::new) {
            if skip_absent(self.file(path), path)?.is_some() {
                break;
            }
        }
        for path in FOLDERS.map(Path::new) {
            match self.folder(path) {
                Err((at, error)) if at == path && is_absent(&error) => {}
                other => other?,
            }
        }
        Ok(())
    }

    fn file(&mut self, path: &Path) -> io::Result<()> {
        let metadata = fs::metadata(path)?;
        self.first_visit(&metadata);
        self.contents(path)
    }

    /// Every file in a folder, without its subfolders. A file that is gone, that this user
    /// may not read, or that is too large for certificates is skipped.
    fn folder(&mut self, folder: &Path) -> AtPath<()> {
        let at = |path: &Path| {
            let path = path.to_owned();
            move |error| (path, error)
        };
        for entry in fs::read_dir(folder).map_err(at(folder))? {
            let entry = entry.map_err(at(folder))?;
            if is_link_to_neighbour(&entry) {
                continue;
            }
            let path = entry.path();
            let Some(metadata) = skip_absent(fs::metadata(&path), &path)? else {
                continue;
            };
            if metadata.is_file() && self.first_visit(&metadata) {
                match self.contents(&path) {
                    Err(error) if error.kind() == ErrorKind::FileTooLarge => {}
                    read => drop(skip_absent(read, &path)?),
                }
            }
        }
        Ok(())
    }

    #[cfg(unix)]
    fn first_visit(&mut self, metadata: &Metadata) -> bool {
        use std::os::unix::fs::MetadataExt;

        self.seen.insert((metadata.dev(), metadata.ino()))
    }

    #[cfg(not(unix))]
    fn first_visit(&mut self, _: &Metadata) -> bool {
        true
    }

    fn contents(&mut self, path: &Path) -> io::Result<()> {
        let text = file::public_contents(path)?;
        let blocks = pem::blocks(&text).into_iter().flatten();
        let certificates = blocks.filter(|block| block.label == "CERTIFICATE");
        self.certificates
            .extend(certificates.map(|block| block.der.to_vec()));
        Ok(())
    }
}

/// Whether it is a link to an entry of the same folder, which is read itself. OpenSSL finds
/// certificates by such links: half of a system's folder. They are told apart without following
/// them, which takes longer.
fn is_link_to_neighbour(entry: &DirEntry) -> bool {
    let is_link = entry.file_type().is_ok_and(|kind| kind.is_symlink());
    is_link
        && fs::read_link(entry.path()).is_ok_and(|target| {
            let mut parts = target.components();
            matches!(parts.next(), Some(Component::Normal(_))) && parts.next().is_none()
        })
}

/// The result for a path, `None` if it is absent.
fn skip_absent<T>(result: io::Result<T>, path: &Path) -> AtPath<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if is_absent(&error) => Ok(None),
        Err(error) => Err((path.to_owned(), error)),
    }
}

/// Whether this user cannot read the path, now or later. Any other error, for example a full
/// descriptor table, is temporary: the roots must not lack a file because of it, since they
/// are kept.
fn is_absent(error: &io::Error) -> bool {
    use ErrorKind::{InvalidFilename, IsADirectory, NotADirectory, NotFound, PermissionDenied};
    matches!(
        error.kind(),
        NotFound | PermissionDenied | NotADirectory | IsADirectory | InvalidFilename
    ) || Errno::from_io_error(error) == Some(Errno::LOOP)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn pem(der: &str) -> String {
        use base64::Engine;
        let digits = base64::engine::general_purpose::STANDARD.encode(der);
        format!("-----BEGIN CERTIFICATE-----\n{digits}\n-----END CERTIFICATE-----\n")
    }

    fn named(file: Option<&Path>, folders: &[&Path]) -> Result<Vec<String>, String> {
        let folders = (!folders.is_empty()).then(|| env::join_paths(folders).unwrap());
        let roots = read(|name| match name {
            "SSL_CERT_FILE" => file.map(OsString::from),
            "SSL_CERT_DIR" => folders.clone(),
            other => panic!("{other}"),
        })?;
        assert!(roots.named);
        let text = |der| String::from_utf8(der).unwrap();
        Ok(roots.certificates.into_iter().map(text).collect())
    }

    #[test]
    fn entries_that_cannot_be_parsed_are_skipped_and_the_others_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("roots.pem");
        let cut = "-----BEGIN CERTIFICATE-----\nAAAA\n";
        let text = [
            "\u{feff}".to_owned(),
            pem("first"),
            cut.to_owned(),
            pem("second"),
            "-----BEGIN CERTIFICATE-----\n*\n-----END CERTIFICATE-----\n".to_owned(),
            pem("third").replace('\n', "\r\n  "),
            pem("second"),
            pem("key").replace("CERTIFICATE", "PUBLIC KEY"),
        ]
        .concat();
        let latin1 = [text.as_bytes(), b"\xe9\n", pem("fourth").as_bytes()].concat();
        fs::write(&file, latin1).unwrap();
        let expected = ["first", "fourth", "second", "third"];
        assert_eq!(named(Some(&file), &[]).unwrap(), expected);
    }

    #[test]
    fn entries_of_a_folder_that_are_no_files_with_certificates_are_skipped() {
        let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        fs::write(one.path().join("a.pem"), pem("first")).unwrap();
        symlink("a.pem", one.path().join("01234567.0")).unwrap();
        symlink("nowhere", one.path().join("dangling")).unwrap();
        symlink("loop", one.path().join("loop")).unwrap();
        fs::create_dir(one.path().join("deeper")).unwrap();
        fs::write(one.path().join("deeper/b.pem"), pem("deeper")).unwrap();
        fs::write(one.path().join("binary"), b"\x30\x03\x02\x01\x00").unwrap();
        let large = fs::File::create(one.path().join("large")).unwrap();
        large.set_len(17 << 20).unwrap();
        fs::write(two.path().join("c.pem"), pem("second")).unwrap();
        let folders = [one.path(), Path::new(NO_FOLDER), two.path(), Path::new("")];
        assert_eq!(named(None, &folders).unwrap(), ["first", "second"]);
        let file = two.path().join("c.pem");
        assert_eq!(
            named(Some(&file), &[one.path()]).unwrap(),
            ["first", "second"]
        );
    }

    #[test]
    fn a_link_is_read_if_its_file_is_not_in_the_folder() {
        let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        fs::create_dir(one.path().join("deeper")).unwrap();
        fs::write(one.path().join("deeper/a.pem"), pem("first")).unwrap();
        fs::write(two.path().join("b.pem"), pem("second")).unwrap();
        let beside = two.path().file_name().unwrap();
        for (target, name) in [
            (Path::new("deeper/a.pem"), "a.pem"),
            (Path::new("a.pem"), "01234567.0"),
            (Path::new("01234567.0"), "link of a link"),
            (&Path::new("..").join(beside).join("b.pem"), "b.pem"),
        ] {
            symlink(target, one.path().join(name)).unwrap();
        }
        assert_eq!(named(None, &[one.path()]).unwrap(), ["first", "second"]);
    }

    #[test]
    fn a_named_path_that_cannot_be_read_is_an_error_that_names_it() {
        let folder = tempfile::tempdir().unwrap();
        let empty = folder.path().join("empty");
        fs::write(&empty, "").unwrap();
        let absent = folder.path().join("absent");
        assert_eq!(named(Some(&empty), &[]), Ok(vec![]));
        assert_eq!(
            named(Some(Path::new("/dev/null")), &[folder.path()]),
            Ok(vec![])
        );
        for (file, folders, variable, path) in [
            (Some(absent.as_path()), vec![], "SSL_CERT_FILE", &absent),
            (
                Some(folder.path()),
                vec![],
                "SSL_CERT_FILE",
                &folder.path().to_owned(),
            ),
            (None, vec![absent.as_path()], "SSL_CERT_DIR", &absent),
            (None, vec![folder.path(), &absent], "SSL_CERT_DIR", &absent),
            (None, vec![&empty], "SSL_CERT_DIR", &empty),
            (
                Some(empty.as_path()),
                vec![&absent],
                "SSL_CERT_DIR",
                &absent,
            ),
        ] {
            let error = named(file, &folders).unwrap_err();
            let start = format!("{variable}: cannot read '{}': ", path.display());
            assert!(error.starts_with(&start), "{error}");
        }
    }

    #[test]
    fn a_named_file_that_never_ends_or_never_begins_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.unwrap().success());
        for (path, why) in [
            (pipe.as_path(), "it is a pipe that no program writes to"),
            (Path::new("/dev/zero"), "it is larger than 16 MiB"),
        ] {
            let error = named(Some(path), &[]).unwrap_err();
            assert!(error.ends_with(why), "{error}");
        }
    }

    #[test]
    fn a_temporary_error_is_not_taken_for_absence() {
        for errno in [Errno::MFILE, Errno::NFILE, Errno::NOMEM, Errno::IO] {
            let error = io::Error::from(errno);
            assert!(!is_absent(&error), "{error}");
            skip_absent(Err::<(), _>(error), Path::new("/")).unwrap_err();
        }
        assert!(is_absent(&io::Error::from(Errno::NOENT)));
    }
}
