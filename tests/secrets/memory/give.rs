//! Each way to pass a key to the library. This code leaves no copy of the key, so that
//! every copy found later is the library's.

use std::fs;

use loginid::ffi::{
    lid_generate_key_pair, lid_new, lid_new_from_env, lid_new_management, lid_new_with_config,
};
use serde_json::json;
use zeroize::{Zeroize, Zeroizing};

use super::search::{MASK, Masked};
use crate::capi::{Client, Outcome, c};

/// The settings passed with the key.
pub struct Settings<'a> {
    pub client_id: &'a str,
    pub base_url: &'a str,
    /// More retries than allowed, so that the configuration is refused.
    pub max_retries: u32,
}

pub type Give = fn(&Masked, &Settings<'_>) -> Result<Client, Outcome>;

pub const WAYS: [(&str, Give); 5] = [
    ("argument", argument),
    ("management", management),
    ("json", json),
    ("file", file),
    ("environment", environment),
];

fn argument(key: &Masked, settings: &Settings<'_>) -> Result<Client, Outcome> {
    let key = terminated(&key.reveal());
    let (client_id, base_url) = (c(settings.client_id), c(settings.base_url));
    Client::of(|client, out| {
        let (client_id, key) = (client_id.as_ptr(), key.as_ptr().cast());
        // SAFETY: NUL-terminated; the pointers are of living variables.
        unsafe { lid_new(client_id, key, base_url.as_ptr(), client, out) }
    })
}

fn management(key: &Masked, settings: &Settings<'_>) -> Result<Client, Outcome> {
    let key = terminated(&key.reveal());
    let (client_id, base_url) = (c(settings.client_id), c(settings.base_url));
    Client::of(|client, out| {
        let (client_id, key) = (client_id.as_ptr(), key.as_ptr().cast());
        // SAFETY: as in `argument`.
        unsafe { lid_new_management(client_id, key, base_url.as_ptr(), client, out) }
    })
}

/// A configuration in one piece of memory, with `\n` escaped as in JSON.
fn json(key: &Masked, settings: &Settings<'_>) -> Result<Client, Outcome> {
    let mut text = Zeroizing::new(String::with_capacity(4096));
    text.push_str("{\"private_key\":\"");
    for line in key.reveal().lines() {
        text.push_str(line);
        text.push_str("\\n");
    }
    let (client_id, base_url) = (settings.client_id, settings.base_url);
    text.push_str(&format!(
        r#"","client_id":"{client_id}","base_url":"{base_url}","max_retries":{}}}"#,
        settings.max_retries
    ));
    let text = terminated(&text);
    Client::of(|client, out| {
        // SAFETY: as in `argument`.
        unsafe { lid_new_with_config(text.as_ptr().cast(), client, out) }
    })
}

fn file(key: &Masked, settings: &Settings<'_>) -> Result<Client, Outcome> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("key.pem");
    fs::write(&path, key.reveal().as_bytes()).expect("a file");
    Client::try_new(&json!({
        "client_id": settings.client_id, "base_url": settings.base_url,
        "private_key_file": path, "max_retries": settings.max_retries,
    }))
}

fn environment(key: &Masked, settings: &Settings<'_>) -> Result<Client, Outcome> {
    let mut variable = Zeroizing::new(String::with_capacity(1024));
    variable.push_str("LOGINID_PRIVATE_KEY=");
    variable.push_str(&key.reveal());
    let mut variable = terminated(&variable);
    let max_retries = settings.max_retries.to_string();
    // SAFETY: this process has no other thread that reads the environment.
    // `putenv` uses the buffer itself, until the variable is unset below.
    unsafe {
        std::env::set_var("LOGINID_CLIENT_ID", settings.client_id);
        std::env::set_var("LOGINID_BASE_URL", settings.base_url);
        std::env::set_var("LOGINID_MAX_RETRIES", max_retries);
        assert_eq!(libc::putenv(variable.as_mut_ptr().cast()), 0);
    }
    // SAFETY: the pointers are of living variables.
    let made = Client::of(|client, out| unsafe { lid_new_from_env(client, out) });
    // SAFETY: as above.
    unsafe { std::env::remove_var("LOGINID_PRIVATE_KEY") };
    made
}

/// A C string that is wiped.
pub fn terminated(text: &str) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(text.len() + 1));
    bytes.extend(text.bytes().chain([0]));
    bytes
}

/// A key that the library generates, in a string that is freed.
pub fn generated() -> Masked {
    mask_generated(Outcome::of(|out| {
        // SAFETY: `out` is writable.
        unsafe { lid_generate_key_pair(out) }
    }))
}

/// Takes the private key out of a generated pair, and wipes the test's copies.
fn mask_generated(mut pair: Outcome) -> Masked {
    let start = pair.text.find("-----BEGIN PRIVATE").expect("a key");
    let length = pair.text[start..].find('"').expect("an end");
    let mut masked = Masked::new(pair.text[start..start + length].bytes());
    pair.text.zeroize();
    // "\n" is escaped in JSON.
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
