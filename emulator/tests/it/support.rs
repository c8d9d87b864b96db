//! An HTTP client and service tokens, independent of the emulator's code.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use loginid_emulator::{Control, Emulator};
use serde_json::{Value, json};

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: String,
    pub body: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("not JSON: {self:?}"))
    }

    /// The JSON of a successful answer.
    pub fn ok(&self) -> Value {
        assert_eq!(self.status, 200, "{self:?}");
        self.json()
    }

    /// Status and code of a refusal, `404 user_not_found` for instance.
    pub fn refusal(&self) -> String {
        let body = self.json();
        assert!(
            body["message"]
                .as_str()
                .is_some_and(|message| !message.is_empty()),
            "{self:?}"
        );
        format!(
            "{} {}",
            self.status,
            body["code"].as_str().unwrap_or_default()
        )
    }

    /// Parses a whole raw answer with a Content-Length or none.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let text = String::from_utf8_lossy(bytes);
        let (headers, body) = text.split_once("\r\n\r\n")?;
        let status = headers.split(' ').nth(1)?.parse().ok()?;
        Some(Self {
            status,
            headers: headers.to_ascii_lowercase(),
            body: body.to_owned(),
        })
    }
}

/// An application that calls an emulator.
#[derive(Clone)]
pub struct App {
    pub control: Control,
    pub client_id: String,
    pub private_key: Option<String>,
    pub prefix: &'static str,
}

impl App {
    /// The default application.
    pub fn of(emulator: &Emulator) -> Self {
        let control = emulator.control();
        let private_key = Some(control.private_key().to_owned());
        Self {
            client_id: control.client_id().to_owned(),
            control,
            private_key,
            prefix: "",
        }
    }

    /// A token with the claims that all SDKs send.
    pub fn token(&self, scope: &str) -> String {
        self.sign(&self.claims(scope))
    }

    pub fn claims(&self, scope: &str) -> Value {
        json!({"client_id": self.client_id, "type": scope, "nonce": nonce(), "iat": self.control.now()})
    }

    pub fn sign(&self, claims: &Value) -> String {
        self.sign_with(&Header::new(Algorithm::ES256), claims)
    }

    pub fn sign_with(&self, header: &Header, claims: &Value) -> String {
        let pem = self
            .private_key
            .as_deref()
            .expect("the application has a key");
        encode(
            header,
            claims,
            &EncodingKey::from_ec_pem(pem.as_bytes()).unwrap(),
        )
        .unwrap()
    }

    /// A token over exactly these bytes, signed with ES256.
    pub fn sign_raw(&self, header: &str, claims: &str) -> String {
        let pem = pem::parse(
            self.private_key
                .as_deref()
                .expect("the application has a key"),
        )
        .unwrap();
        let key =
            EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pem.contents()).unwrap();
        let message = format!(
            "{}.{}",
            URL_SAFE_NO_PAD.encode(header),
            URL_SAFE_NO_PAD.encode(claims)
        );
        let signature = key.sign(&SystemRandom::new(), message.as_bytes()).unwrap();
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// A call with a good token for the scope, if the application has a key.
    pub fn call(&self, method: &str, path: &str, scope: &str, body: Value) -> Answer {
        let token = self.private_key.as_ref().map(|_| self.token(scope));
        self.call_with(method, path, token.as_deref(), body)
    }

    pub fn post(&self, path: &str, scope: &str, body: Value) -> Answer {
        self.call("POST", path, scope, body)
    }

    /// A call with this token or none.
    pub fn call_with(&self, method: &str, path: &str, token: Option<&str>, body: Value) -> Answer {
        let mut headers = vec![
            ("Content-Type", "application/json".to_owned()),
            ("X-Client-ID", self.client_id.clone()),
        ];
        headers.extend(token.map(|token| ("Authorization", format!("Bearer {token}"))));
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let path = format!("{}{path}", self.prefix);
        send(self.control.base_url(), method, &path, &headers, &body).expect("an answer")
    }

    pub fn add_user(&self, username: &str) -> Value {
        self.post(
            "/manage/users",
            "users.create",
            json!({"username": username}),
        )
        .ok()
    }

    /// Creates a transaction and returns its id.
    pub fn create_tx(&self, payload: &str, username: Option<&str>) -> String {
        let hash = digest(&SHA256, payload.as_bytes());
        let mut claims = self.claims("tx.create");
        claims["payload_hash"] = json!(URL_SAFE_NO_PAD.encode(hash));
        let body = json!({"tx_payload": payload, "nonce": "n", "username": username});
        let answer = self.call_with("POST", "/tx", Some(&self.sign(&claims)), body);
        answer.ok()["id"].as_str().unwrap().to_owned()
    }

    /// The claims of a token of the service, verified with the key it serves.
    pub fn verified(&self, token: &str) -> Value {
        let kid = jsonwebtoken::decode_header(token)
            .unwrap()
            .kid
            .expect("a kid");
        let pem = get(self.control.base_url(), &format!("/certs?kid={kid}")).body;
        let mut validation = Validation::new(Algorithm::ES256);
        validation.set_audience(&[&self.client_id]);
        // The emulator's clock may have been moved.
        validation.validate_exp = false;
        decode::<Value>(
            token,
            &DecodingKey::from_ec_pem(pem.as_bytes()).unwrap(),
            &validation,
        )
        .unwrap()
        .claims
    }
}

/// A new nonce.
pub fn nonce() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_nanos();
    format!("{now}n{}", COUNT.fetch_add(1, Ordering::Relaxed))
}

/// A plain GET.
pub fn get(base_url: &str, path: &str) -> Answer {
    send(base_url, "GET", path, &[], "").expect("an answer")
}

/// A call of the control API.
pub fn control_api(control: &Control, method: &str, path: &str, body: Value) -> Answer {
    let body = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    send(
        control.base_url(),
        method,
        &format!("/_emulator{path}"),
        &[],
        &body,
    )
    .expect("an answer")
}

/// One request on a connection of its own.
pub fn send(
    base_url: &str,
    method: &str,
    path: &str,
    headers: &[(&str, String)],
    body: &str,
) -> io::Result<Answer> {
    let mut stream = connect(base_url);
    stream.write_all(request(method, path, headers, body).as_bytes())?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes)?;
    Answer::parse(&bytes).ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
}

/// A request that asks for the connection to be closed after it.
pub fn request(method: &str, path: &str, headers: &[(&str, String)], body: &str) -> String {
    let mut text = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\n");
    if !headers.iter().any(|(name, _)| *name == "Host") {
        text += "Host: localhost\r\n";
    }
    for (name, value) in headers {
        text += &format!("{name}: {value}\r\n");
    }
    text + &format!("Content-Length: {}\r\n\r\n{body}", body.len())
}

pub fn connect(base_url: &str) -> TcpStream {
    let address = base_url.split_once("://").expect("a URL").1;
    let stream = TcpStream::connect(address).expect("the emulator listens");
    stream
        .set_read_timeout(Some(Duration::from_secs(30)))
        .unwrap();
    stream
}

/// Waits until another thread has done something.
pub fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    for _ in 0..1000 {
        if holds() {
            return;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    panic!("never happened: {what}");
}
