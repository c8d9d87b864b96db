//! The private key is gone from the process's memory once the client is freed.
//!
//! The search runs in a process of its own, which is told the key in a masked
//! form, so that only the library's copies can be found.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::os::unix::fs::FileExt;
use std::process::{Command, Stdio};

use loginid::ffi::lid_generate_key_pair;
use loginid_emulator::Emulator;
use serde_json::json;
use zeroize::{Zeroize, Zeroizing};

use crate::capi::{Client, Outcome, c};

const ROLE: &str = "LOGINID_TEST_KEY_IN_MEMORY";
const MASK: u8 = 0x5a;

/// A secret that is never in memory as it is.
struct Masked(Vec<u8>);

impl Masked {
    fn new(bytes: impl Iterator<Item = u8>) -> Masked {
        Masked(bytes.map(|byte| byte ^ MASK).collect())
    }

    fn is_at(&self, memory: &[u8]) -> bool {
        let mut pairs = memory.iter().zip(&self.0);
        memory.len() >= self.0.len() && pairs.all(|(byte, masked)| byte ^ MASK == *masked)
    }

    fn reveal(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(self.0.len()));
        text.extend(self.0.iter().map(|byte| char::from(byte ^ MASK)));
        text
    }
}

/// The places of writable memory that hold one of the secrets.
fn search(secrets: &[(&str, Masked)]) -> Vec<String> {
    const CHUNK: usize = 1 << 20;
    const OVERLAP: usize = 64;
    let memory = File::open("/proc/self/mem").expect("Linux");
    let maps = fs::read_to_string("/proc/self/maps").expect("Linux");
    let mut buffer = vec![0_u8; CHUNK + OVERLAP];
    let mut found = Vec::new();
    // Most bytes begin none of them, which makes the search ten times faster.
    let mut begins = [false; 256];
    for (_, secret) in secrets {
        begins[usize::from(secret.0[0] ^ MASK)] = true;
    }
    for line in maps.lines().filter(|line| line.contains(" rw")) {
        let (range, _) = line.split_once(' ').expect("a range");
        let (start, end) = range.split_once('-').expect("a range");
        let number = |text| u64::from_str_radix(text, 16).expect("hexadecimal");
        let (mut at, end) = (number(start), number(end));
        while at < end {
            let length = (end - at).min(buffer.len() as u64) as usize;
            let Ok(read) = memory.read_at(&mut buffer[..length], at) else {
                break;
            };
            for offset in 0..read.min(CHUNK) {
                if !begins[usize::from(buffer[offset])] {
                    continue;
                }
                for (name, secret) in secrets {
                    if secret.is_at(&buffer[offset..read]) {
                        let what = line.split_whitespace().nth(5).unwrap_or("anonymous");
                        found.push(format!("{name} at {:x} in {what}", at + offset as u64));
                    }
                }
            }
            // What was read is not to be found again in the buffer.
            buffer.fill(0);
            at += CHUNK as u64;
        }
    }
    found
}

/// What of a PKCS#8 PEM must not be found: the private number as bytes in both
/// orders, as base64, and as hexadecimal.
fn secrets_of(pem: &Masked) -> Vec<(&'static str, Masked)> {
    use base64::Engine;
    let text = pem.reveal();
    let mut digits = Zeroizing::new(String::with_capacity(text.len()));
    digits.extend(
        text.lines()
            .filter(|line| !line.contains('-'))
            .flat_map(str::chars),
    );
    let mut der = Zeroizing::new(Vec::with_capacity(256));
    base64::engine::general_purpose::STANDARD
        .decode_vec(digits.as_bytes(), &mut der)
        .expect("base64");
    // The number follows the version and its own tag and length.
    let before = [2, 1, 1, 4, 32];
    let at = der
        .windows(5)
        .position(|bytes| bytes == before)
        .expect("a key")
        + 5;
    let number = &der[at..at + 32];
    // The digits that hold nothing but the number; a line has 64.
    let (first, last) = ((at * 4).div_ceil(3), (at + 32) * 4 / 3);
    vec![
        ("the number", Masked::new(number.iter().copied())),
        (
            "the number backwards",
            Masked::new(number.iter().rev().copied()),
        ),
        (
            "half of the number",
            Masked::new(number[..16].iter().copied()),
        ),
        (
            "half of the number backwards",
            Masked::new(number[..16].iter().rev().copied()),
        ),
        (
            "its first line",
            Masked::new(digits.bytes().take(64).skip(first)),
        ),
        (
            "its second line",
            Masked::new(digits.bytes().take(last).skip(64)),
        ),
    ]
}

fn process(way: &str) {
    let emulator = Emulator::start();
    let mut child = Command::new(std::env::current_exe().expect("this test"))
        .args([
            "--exact",
            "memory::process_that_searches_itself",
            "--nocapture",
        ])
        .env(ROLE, way)
        .env("LOGINID_TEST_BASE_URL", emulator.base_url())
        .stdin(Stdio::piped())
        .spawn()
        .expect("a process");
    let masked = Masked::new(emulator.private_key().bytes());
    let hex: String = masked.0.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut input = child.stdin.take().expect("piped");
    writeln!(input, "{} {hex}", emulator.client_id()).expect("a reader");
    drop(input);
    assert!(child.wait().expect("an end").success(), "{way}");
}

#[test]
fn a_key_given_as_an_argument_is_wiped() {
    process("argument");
}

#[test]
fn a_key_given_in_json_is_wiped() {
    process("json");
}

#[test]
fn a_key_read_from_a_file_is_wiped() {
    process("file");
}

#[test]
fn a_key_that_is_refused_is_wiped() {
    process("refused");
}

#[test]
fn a_generated_key_is_wiped_with_its_string() {
    process("generated");
}

/// Not a test of its own: the process that is searched.
#[test]
fn process_that_searches_itself() {
    let Ok(way) = std::env::var(ROLE) else {
        return;
    };
    let base_url = std::env::var("LOGINID_TEST_BASE_URL").expect("a URL");
    let mut input = String::new();
    std::io::stdin().read_to_string(&mut input).expect("UTF-8");
    let (client_id, hex) = input.trim().split_once(' ').expect("two words");
    let digit = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).expect("hexadecimal");
    let mut key = Masked((0..hex.len()).step_by(2).map(digit).collect());

    let folder = tempfile::tempdir().expect("a folder");
    let client = match way.as_str() {
        "generated" => {
            let pair = Outcome::of(|out| {
                // SAFETY: `out` is writable.
                unsafe { lid_generate_key_pair(out) }
            });
            key = mask_generated(pair);
            None
        }
        "refused" => {
            // The key is whole; the configuration is not.
            let mut config = json_with(&key, client_id, &base_url, ",\"max_retries\":99");
            assert_eq!(
                make(&config).expect_err("out of range").code(),
                "out_of_range"
            );
            config.zeroize();
            let mut config = json_with(&key, client_id, &base_url, ",\"none\":1");
            assert_eq!(make(&config).expect_err("unknown").code(), "unknown_field");
            config.zeroize();
            None
        }
        "json" => {
            let mut config = json_with(&key, client_id, &base_url, "");
            let client = make(&config);
            config.zeroize();
            Some(client.expect("a client"))
        }
        "file" => {
            let path = folder.path().join("key.pem");
            fs::write(&path, key.reveal().as_bytes()).expect("a file");
            let config = json!({
                "client_id": client_id, "base_url": base_url, "private_key_file": path,
            });
            Some(Client::new(&config))
        }
        "argument" => Some(by_argument(&key, client_id, &base_url)),
        other => panic!("{other}"),
    };
    let secrets = secrets_of(&key);
    let revealed = key.reveal();
    let found = search(&secrets);
    assert!(
        found.iter().any(|found| found.contains("line")),
        "the search is blind: {found:#?}"
    );
    drop(revealed);
    if let Some(client) = client {
        client.service_token("users.retrieve").ok();
        client.add_user("ann").ok();
        client.get_user("ann").ok();
        let found = search(&secrets);
        assert!(!found.is_empty(), "the client's own key is not found");
        drop(client);
    }
    let found = search(&secrets);
    assert!(found.is_empty(), "{way}: {found:#?}");
}

fn make(config: &Zeroizing<String>) -> Result<Client, Outcome> {
    let config = Zeroizing::new(c(config).into_bytes_with_nul());
    Client::of(|client, out| {
        // SAFETY: NUL-terminated above; the pointers are of living variables.
        unsafe { loginid::ffi::lid_new_with_config(config.as_ptr().cast(), client, out) }
    })
}

fn by_argument(key: &Masked, client_id: &str, base_url: &str) -> Client {
    let key = Zeroizing::new(c(&key.reveal()).into_bytes_with_nul());
    let (client_id, base_url) = (c(client_id), c(base_url));
    let client = Client::of(|client, out| {
        // SAFETY: NUL-terminated above; the pointers are of living variables.
        unsafe {
            loginid::ffi::lid_new(
                client_id.as_ptr(),
                key.as_ptr().cast(),
                base_url.as_ptr(),
                client,
                out,
            )
        }
    });
    client.expect("a client")
}

/// A configuration in one piece of memory, with `\n` spelled out as JSON must.
fn json_with(key: &Masked, client_id: &str, base_url: &str, further: &str) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(4096));
    text.push_str("{\"private_key\":\"");
    for line in key.reveal().lines() {
        text.push_str(line);
        text.push_str("\\n");
    }
    text.push_str("\",\"client_id\":\"");
    text.push_str(client_id);
    text.push_str("\",\"base_url\":\"");
    text.push_str(base_url);
    text.push('"');
    text.push_str(further);
    text.push('}');
    text
}

/// Takes the private key out of a generated pair, and wipes the test's copies.
fn mask_generated(mut pair: Outcome) -> Masked {
    let start = pair.text.find("-----BEGIN PRIVATE").expect("a key");
    let length = pair.text[start..].find('"').expect("an end");
    let mut masked = Masked::new(pair.text[start..start + length].bytes());
    pair.text.zeroize();
    // "\n" is spelled out in JSON.
    let mut at = 0;
    while at + 1 < masked.0.len() {
        if masked.0[at] == b'\\' ^ MASK && masked.0[at + 1] == b'n' ^ MASK {
            masked.0[at] = b'\n' ^ MASK;
            masked.0.remove(at + 1);
        }
        at += 1;
    }
    masked
}
