//! Searching this process's memory for a key that must not be there.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

pub const MASK: u8 = 0x5a;

/// A secret that is in memory only in masked form.
pub struct Masked(pub Vec<u8>);

impl Masked {
    pub fn new(bytes: impl Iterator<Item = u8>) -> Masked {
        Masked(bytes.map(|byte| byte ^ MASK).collect())
    }

    fn is_at(&self, memory: &[u8]) -> bool {
        let mut pairs = memory.iter().zip(&self.0);
        memory.len() >= self.0.len() && pairs.all(|(byte, masked)| byte ^ MASK == *masked)
    }

    pub fn reveal(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(self.0.len()));
        text.extend(self.0.iter().map(|byte| char::from(byte ^ MASK)));
        text
    }
}

/// The addresses in writable memory that hold one of the secrets.
pub fn search(secrets: &[(&str, Masked)]) -> Vec<String> {
    const CHUNK: usize = 1 << 20;
    const OVERLAP: usize = 64;
    let memory = File::open("/proc/self/mem").expect("Linux");
    let maps = fs::read_to_string("/proc/self/maps").expect("Linux");
    let mut buffer = vec![0_u8; CHUNK + OVERLAP];
    let mut found = Vec::new();
    // Most bytes are not the first of any secret; skipping them makes the search ten times faster.
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
            // The search must not find what it read in its own buffer.
            buffer.fill(0);
            at += CHUNK as u64;
        }
    }
    found
}

/// The parts of a PKCS#8 PEM that must not be found: the private number as bytes in
/// both orders, as base64, and as hexadecimal.
pub fn secrets_of(pem: &Masked) -> Vec<(&'static str, Masked)> {
    let digits = digits_of(pem);
    let der = der_of(pem);
    // The number follows the version and its own tag and length.
    let before = [2, 1, 1, 4, 32];
    let at = der
        .windows(5)
        .position(|bytes| bytes == before)
        .expect("a key")
        + 5;
    let number = &der[at..at + 32];
    // The digits that encode only the number; a line has 64.
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

/// The base64 of a PEM, without its lines.
fn digits_of(pem: &Masked) -> Zeroizing<String> {
    let text = pem.reveal();
    let mut digits = Zeroizing::new(String::with_capacity(text.len()));
    digits.extend(
        text.lines()
            .filter(|line| !line.contains('-'))
            .flat_map(str::chars),
    );
    digits
}

/// The content of a PEM, with spare capacity: growing would leave a copy.
pub fn der_of(pem: &Masked) -> Zeroizing<Vec<u8>> {
    let mut der = Zeroizing::new(Vec::with_capacity(256));
    STANDARD
        .decode_vec(digits_of(pem).as_bytes(), &mut der)
        .expect("base64");
    der
}
