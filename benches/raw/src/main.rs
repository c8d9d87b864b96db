//! Bare ES256 with aws-lc-rs, over the bytes of real tokens: the limit for making and
//! verifying them with this cryptography library. Speaks the lines described in
//! `benches/c/worker.h`.

use std::error::Error;
use std::hint::black_box;
use std::io::stdin;
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use aws_lc_rs::digest::{Digest, SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P256_SHA256_FIXED,
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm, KeyPair, ParsedPublicKey,
    Signature,
};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// A token of the service, and the key that verifies it.
struct Issued {
    verifier: ParsedPublicKey,
    token: Signed,
}

impl Issued {
    fn from_env(key: &str, token: &str) -> Result<Issued> {
        Ok(Issued {
            verifier: ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, pem(key)?)?,
            token: signed(token)?,
        })
    }

    fn verify(&self) -> Result<()> {
        let message = self.token.message.as_bytes();
        Ok(self
            .verifier
            .verify_sig(black_box(message), &self.token.signature)?)
    }
}

/// A token's first two parts with their dot, and its signature.
struct Signed {
    message: String,
    signature: Vec<u8>,
}

/// The functions with the fewest steps, which the library calls: of a digest, and with a
/// signature in DER.
struct OfDigest {
    signer: EcdsaKeyPair,
    verifier: ParsedPublicKey,
    digest: Digest,
    signature: Signature,
}

impl OfDigest {
    fn new(private_key: &[u8], message: &str) -> Result<OfDigest> {
        let signer = key_pair(&ECDSA_P256_SHA256_ASN1_SIGNING, private_key)?;
        let digest = digest(&SHA256, message.as_bytes());
        Ok(OfDigest {
            verifier: ParsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, signer.public_key())?,
            signature: signer.sign_digest(&digest)?,
            signer,
            digest,
        })
    }
}

struct Raw {
    private_key: Vec<u8>,
    of_digest: OfDigest,
    signer: EcdsaKeyPair,
    random: SystemRandom,
    service_token: Signed,
    v1: Issued,
    v2: Issued,
}

impl Raw {
    fn from_env() -> Result<Raw> {
        let private_key = pem("LOGINID_PRIVATE_KEY")?;
        let service_token = signed("BENCH_SERVICE_TOKEN")?;
        Ok(Raw {
            of_digest: OfDigest::new(&private_key, &service_token.message)?,
            signer: key_pair(&ECDSA_P256_SHA256_FIXED_SIGNING, &private_key)?,
            private_key,
            random: SystemRandom::new(),
            service_token,
            v1: Issued::from_env("BENCH_SERVICE_KEY", "BENCH_TOKEN")?,
            v2: Issued::from_env("BENCH_V2_SERVICE_KEY", "BENCH_V2_TOKEN")?,
        })
    }

    /// The wall time. All threads have the same keys; what their creation takes is left out, as in
    /// `benches/c/worker.c`.
    fn run_in(&self, threads: usize, operation: &str, count: u64) -> Result<Duration> {
        if threads == 1 {
            let began = Instant::now();
            self.run(operation, count)?;
            return Ok(began.elapsed());
        }
        let all_are_made = Barrier::new(threads);
        let share = || -> Result<(Instant, Instant)> {
            all_are_made.wait();
            let began = Instant::now();
            self.run(operation, count / threads as u64)?;
            Ok((began, Instant::now()))
        };
        let mut first_and_last = None;
        thread::scope(|scope| {
            let running: Vec<_> = (0..threads).map(|_| scope.spawn(share)).collect();
            running.into_iter().try_for_each(|one| {
                let (began, ended) = one.join().map_err(|_| "a thread panicked")??;
                let (first, last) = first_and_last.unwrap_or((began, ended));
                first_and_last = Some((first.min(began), last.max(ended)));
                Ok::<_, Box<dyn Error + Send + Sync>>(())
            })
        })?;
        let (first, last) = first_and_last.ok_or("no threads")?;
        Ok(last - first)
    }

    fn run(&self, operation: &str, count: u64) -> Result<()> {
        for _ in 0..count {
            match operation {
                "token" => {
                    let message = self.service_token.message.as_bytes();
                    black_box(self.signer.sign(&self.random, black_box(message))?);
                }
                "verify" => self.v1.verify()?,
                "v2_verify" => self.v2.verify()?,
                "sign_digest" => {
                    let of = &self.of_digest;
                    black_box(of.signer.sign_digest(black_box(&of.digest))?);
                }
                "verify_digest" => {
                    let of = &self.of_digest;
                    let signature = of.signature.as_ref();
                    of.verifier
                        .verify_digest_sig(black_box(&of.digest), signature)?;
                }
                // The private key is read.
                "key" => {
                    let key = black_box(&self.private_key);
                    black_box(key_pair(&ECDSA_P256_SHA256_ASN1_SIGNING, key)?);
                }
                other => return Err(format!("there is no operation '{other}'").into()),
            }
        }
        Ok(())
    }
}

fn key_pair(algorithm: &'static EcdsaSigningAlgorithm, private_key: &[u8]) -> Result<EcdsaKeyPair> {
    Ok(EcdsaKeyPair::from_pkcs8(algorithm, private_key)?)
}

fn setting(name: &str) -> Result<String> {
    std::env::var(name).map_err(|_| format!("{name} is not set").into())
}

/// The contents of a variable's PEM, whose line ends are written as `\n`.
fn pem(name: &str) -> Result<Vec<u8>> {
    let text = setting(name)?.replace("\\n", "\n");
    let lines = text.lines().filter(|line| !line.starts_with('-'));
    Ok(STANDARD.decode(lines.collect::<String>())?)
}

fn signed(name: &str) -> Result<Signed> {
    let token = setting(name)?;
    let (message, signature) = token.rsplit_once('.').ok_or("not a token")?;
    Ok(Signed {
        message: message.to_owned(),
        signature: URL_SAFE_NO_PAD.decode(signature)?,
    })
}

/// The processor time of this process.
fn cpu_time() -> Duration {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: `time` is writable and lives through the call. The C library is
    // asked because the safe crates read the vDSO, which valgrind hides.
    unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &mut time) };
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

fn main() -> Result<()> {
    let raw = Raw::from_env()?;
    for line in stdin().lines() {
        let line = line?;
        let words: Vec<&str> = line.split_whitespace().collect();
        let (operation, count, threads) = match words[..] {
            [_, operation, count] => (operation, count.parse()?, 1),
            [_, operation, count, threads] => (operation, count.parse()?, threads.parse()?),
            _ => {
                println!("error not a command");
                continue;
            }
        };
        let cpu = cpu_time();
        match raw.run_in(threads, operation, count) {
            Ok(wall) => println!("ok {} {}", wall.as_nanos(), (cpu_time() - cpu).as_nanos()),
            Err(error) => println!("error {error}"),
        }
    }
    Ok(())
}
