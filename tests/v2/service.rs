//! A service with plain sockets: it records each request, and a test decides about the answer.

use std::io::Write;
use std::sync::{Arc, Mutex, MutexGuard};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use loginid::v2::{Client, Config};
use serde_json::{Value, json};

use crate::listener::{Listener, read_request};

pub const API_KEY: &str = "a-Key_of-43-characters-0123456789abcdefghij";
pub const KEY_SET: &str = "/fido2/v2/.well-known/jwks.json";

/// What arrived.
#[derive(Clone, Debug)]
pub struct Request {
    pub line: String,
    head: String,
    pub body: String,
}

impl Request {
    fn read(text: &str) -> Request {
        let (head, body) = text.split_once("\r\n\r\n").expect("a head");
        let line = head.lines().next().expect("a line");
        Request {
            line: line.trim_end_matches(" HTTP/1.1").to_owned(),
            head: head.to_owned(),
            body: body.to_owned(),
        }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().skip(1);
        let mut headers = lines.filter_map(|line| line.split_once(": "));
        headers
            .find(|(header, _)| header.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("a JSON body")
    }
}

/// An answer: a status and a body.
pub type Answer = (u16, String);

pub fn answer(status: u16, body: Value) -> Answer {
    (status, body.to_string())
}

pub fn empty() -> Answer {
    (204, String::new())
}

type Decide = Box<dyn FnMut(&Request) -> Answer + Send>;

struct State {
    requests: Vec<Request>,
    decide: Decide,
    key_set: Answer,
}

pub struct Service {
    listener: Listener,
    state: Arc<Mutex<State>>,
    pub key: Key,
}

impl Service {
    /// Answers requests with `decide`, but for those for the key set.
    pub fn start(decide: impl FnMut(&Request) -> Answer + Send + 'static) -> Service {
        let key = Key::new("key-1");
        let state = Arc::new(Mutex::new(State {
            requests: Vec::new(),
            decide: Box::new(decide),
            key_set: answer(200, json!({"keys": [key.public()]})),
        }));
        let shared = state.clone();
        let listener = Listener::start(move |mut stream, _| {
            while let Some(text) = read_request(&mut stream) {
                let request = Request::read(&text);
                let mut state = shared.lock().expect("the state");
                state.requests.push(request.clone());
                let (status, body) = match request.line.ends_with(KEY_SET) {
                    true => state.key_set.clone(),
                    false => (state.decide)(&request),
                };
                drop(state);
                let length = match status {
                    204 if body.is_empty() => String::new(),
                    _ => format!("Content-Length: {}\r\n", body.len()),
                };
                let sent = format!("HTTP/1.1 {status} Status\r\n{length}\r\n{body}");
                if stream.write_all(sent.as_bytes()).is_err() {
                    return;
                }
            }
        });
        Service {
            listener,
            state,
            key,
        }
    }

    /// A service that is asked for its key set only.
    pub fn with_keys_only() -> Service {
        Service::start(|request| panic!("{}", request.line))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("the state")
    }

    pub fn set_key_set(&self, key_set: Answer) {
        self.state().key_set = key_set;
    }

    pub fn base_url(&self) -> String {
        self.listener.base_url()
    }

    /// The requests since the last time.
    pub fn requests(&self) -> Vec<Request> {
        std::mem::take(&mut self.state().requests)
    }

    pub fn request_lines(&self) -> Vec<String> {
        self.requests().into_iter().map(|one| one.line).collect()
    }

    /// The only request since the last time.
    #[track_caller]
    pub fn request(&self) -> Request {
        let mut requests = self.requests();
        assert_eq!(requests.len(), 1, "{requests:?}");
        requests.remove(0)
    }

    pub fn config(&self) -> Value {
        json!({
            "base_url": self.base_url(), "application_id": "app-1", "api_key": API_KEY,
            "max_retries": 1,
        })
    }

    pub fn client(&self) -> Client {
        self.client_with(json!({}))
    }

    pub fn client_with(&self, more: Value) -> Client {
        let mut config = self.config();
        let members = config.as_object_mut().expect("an object");
        for (name, value) in more.as_object().expect("an object") {
            match value {
                Value::Null => members.remove(name),
                value => members.insert(name.clone(), value.clone()),
            };
        }
        let config = Config::from_json(&config.to_string()).expect("a configuration");
        Client::with_config(config).expect("a client")
    }

    /// The claims of a good login.
    pub fn claims(&self) -> Value {
        json!({
            "iss": self.base_url(), "aud": "app-1", "sub": "user-1", "username": "ann@example.com",
            "iat": now() - 1, "exp": now() + 600, "tokenType": "jwtAccess",
        })
    }

    pub fn login(&self) -> String {
        self.key.sign(&self.claims())
    }

    /// A good login with a claim replaced, or removed if it is null.
    pub fn login_with(&self, name: &str, value: Value) -> String {
        self.key.sign(&with(self.claims(), name, value))
    }
}

pub fn with(mut object: Value, name: &str, value: Value) -> Value {
    let members = object.as_object_mut().expect("an object");
    match value {
        Value::Null => members.remove(name),
        value => members.insert(name.to_owned(), value),
    };
    object
}

pub fn now() -> u64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    now.expect("a time after 1970").as_secs()
}

/// A key pair of the service.
pub struct Key {
    id: &'static str,
    private: EcdsaKeyPair,
    point: Vec<u8>,
}

impl Key {
    pub fn new(id: &'static str) -> Key {
        let pair = loginid::generate_key_pair().expect("a key pair");
        let pair: Value = serde_json::from_str(&pair).expect("JSON");
        let der = |name: &str| {
            let pem = pair[name].as_str().expect("PEM");
            let lines = pem.lines().filter(|line| !line.starts_with('-'));
            STANDARD.decode(lines.collect::<String>()).expect("base64")
        };
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let private = EcdsaKeyPair::from_pkcs8(algorithm, &der("private_key"));
        let public = der("public_key");
        Key {
            id,
            private: private.expect("a key"),
            point: public[public.len() - 64..].to_vec(),
        }
    }

    /// The key in a key set.
    pub fn public(&self) -> Value {
        let (x, y) = self.point.split_at(32);
        let [x, y] = [x, y].map(|number| URL_SAFE_NO_PAD.encode(number));
        json!({
            "kty": "EC", "use": "sig", "key_ops": ["verify"], "alg": "ES256", "kid": self.id,
            "crv": "P-256", "x": x, "y": y,
        })
    }

    pub fn sign(&self, claims: &Value) -> String {
        self.sign_with(
            &json!({"alg": "ES256", "typ": "JWT", "kid": self.id}),
            claims,
        )
    }

    pub fn sign_with(&self, header: &Value, claims: &Value) -> String {
        let encode = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
        let signed = format!("{}.{}", encode(header), encode(claims));
        let signature = self.private.sign(&SystemRandom::new(), signed.as_bytes());
        let signature = URL_SAFE_NO_PAD.encode(signature.expect("a signature"));
        format!("{signed}.{signature}")
    }
}
