//! TLS versions: 1.2 and 1.3, nothing older. The server is OpenSSL's test server.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::json;
use tempfile::TempDir;

use crate::capi::Client;
use crate::capi::lid_status::*;
use crate::common::compiler::run;
use crate::deadline::{LIMIT_MS, in_time};

/// `openssl s_server` on a free port, which answers nothing after the handshake.
struct Server {
    process: Child,
    port: u16,
    _folder: TempDir,
}

impl Server {
    fn start(version: &str) -> Server {
        let folder = TempDir::new().expect("a folder");
        let (key, certificate) = (folder.path().join("key"), folder.path().join("certificate"));
        run(Command::new("openssl")
            .args([
                "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1",
            ])
            .args([
                "-subj",
                "/CN=127.0.0.1",
                "-addext",
                "subjectAltName=IP:127.0.0.1",
            ])
            .args(["-addext", "basicConstraints=critical,CA:FALSE"])
            .arg("-keyout")
            .arg(&key)
            .arg("-out")
            .arg(&certificate));
        let mut process = Command::new("openssl")
            .args([
                "s_server",
                "-accept",
                "127.0.0.1:0",
                "-naccept",
                "2",
                version,
            ])
            // OpenSSL itself refuses the old versions at its usual level.
            .args(["-cipher", "DEFAULT:@SECLEVEL=0"])
            .arg("-key")
            .arg(&key)
            .arg("-cert")
            .arg(&certificate)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("openssl");
        let mut lines = BufReader::new(process.stdout.as_mut().expect("piped")).lines();
        let port = lines
            .find_map(|line| {
                let line = line.expect("UTF-8");
                line.strip_prefix("ACCEPT ")?
                    .rsplit(':')
                    .next()?
                    .parse()
                    .ok()
            })
            .expect("the port that it listens on");
        Server {
            process,
            port,
            _folder: folder,
        }
    }

    /// The version that OpenSSL's own client negotiates with it.
    fn agrees_with_openssl(&self) -> String {
        let output = Command::new("openssl")
            .args(["s_client", "-brief", "-cipher", "DEFAULT:@SECLEVEL=0"])
            .args(["-connect", &format!("127.0.0.1:{}", self.port)])
            .stdin(Stdio::null())
            .output()
            .expect("openssl");
        let printed = String::from_utf8_lossy(&output.stderr).into_owned();
        let version = printed
            .lines()
            .find_map(|line| line.strip_prefix("Protocol version: "));
        version
            .unwrap_or_else(|| panic!("no version: {printed}"))
            .to_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It fails only when the process has ended.
        let _ = self.process.kill();
        self.process.wait().expect("the end of a process of ours");
    }
}

#[test]
fn tls_below_1_2_is_refused_and_1_2_and_1_3_are_spoken() {
    for (option, version, spoken) in [
        ("-tls1", "TLSv1", false),
        ("-tls1_1", "TLSv1.1", false),
        ("-tls1_2", "TLSv1.2", true),
        ("-tls1_3", "TLSv1.3", true),
    ] {
        let server = Server::start(option);
        assert_eq!(server.agrees_with_openssl(), version);
        let client = Client::new(&json!({
            "client_id": "app", "base_url": format!("https://127.0.0.1:{}", server.port),
            "request_timeout_ms": LIMIT_MS, "max_retries": 0,
        }));
        let outcome = in_time(version, || {
            client.authenticate_password("ann", "a password")
        });
        println!("{version}: {}", outcome.text);
        assert_eq!(outcome.status, LID_ERROR_TLS, "{}", outcome.text);
        // The certificate is checked after the version is negotiated.
        let code = if spoken {
            "certificate_invalid"
        } else {
            "tls_failed"
        };
        assert_eq!(outcome.code(), code, "{version}: {}", outcome.text);
    }
}
