//! The shared library as a program loads it, for tests that call every function
//! of the header.

use std::ffi::{CStr, c_char, c_void};

use serde_json::{Value, json};

use crate::capi::c;
use crate::header::{Function, Kind, functions, invoke};

/// The value of pointers before a call, to see whether they are written.
const UNTOUCHED: usize = 0x5a5a;

/// The library as a program loads it, a client of each service and a document.
pub struct Library {
    handle: *mut c_void,
    pub client: usize,
    v2_client: usize,
    document: usize,
    key: String,
    base_url: String,
}

/// What a call did.
pub struct Done {
    pub status: usize,
    /// The text that it stored in `out`, already freed.
    pub text: Option<String>,
    /// The pointer that it stored in `client`.
    pub made: Option<usize>,
    /// The same of a client of the current service.
    pub made_v2: Option<usize>,
    /// The pointer that it stored in `document`.
    pub document: Option<usize>,
    /// The first byte of the value that it stored.
    pub value: Option<u8>,
}

impl Done {
    /// A member of the error object.
    pub fn error(&self, member: &str) -> Value {
        let text = self.text.as_deref().expect("a text");
        let answer: Value = serde_json::from_str(text).expect("JSON");
        answer["error"][member].clone()
    }
}

impl Library {
    /// Loads the library and makes a client of a service.
    pub fn load(base_url: &str) -> Library {
        let library = std::env::current_exe()
            .expect("this test")
            .with_file_name("libloginid.so");
        let library = c(library.to_str().expect("UTF-8"));
        // SAFETY: loading the library runs nothing of its own.
        let handle = unsafe { libc::dlopen(library.as_ptr(), libc::RTLD_NOW | libc::RTLD_LOCAL) };
        assert!(!handle.is_null(), "{library:?} cannot be loaded");
        let mut library = Library {
            handle,
            client: 0,
            v2_client: 0,
            document: 0,
            key: String::new(),
            base_url: base_url.to_owned(),
        };
        let pair = library.call(&function("lid_generate_key_pair"), vec![None]);
        let pair: Value = serde_json::from_str(&pair.text.expect("a text")).expect("JSON");
        library.key = pair["private_key"].as_str().expect("a key").to_owned();
        library.client = library.new_client();
        library.v2_client = library.new_v2_client();
        let parse = library.call(&function("lid_json_parse"), library.usual("lid_json_parse"));
        library.document = parse.document.expect("a document");
        library
    }

    pub fn new_client(&self) -> usize {
        let done = self.call(&function("lid_new"), self.usual("lid_new"));
        let client = done.made.expect("a client");
        assert_ne!(client, 0, "{:?}", done.text);
        client
    }

    /// Makes another client of the current service, which later calls use.
    pub fn renew_v2_client(&mut self) {
        // SAFETY: made by `new_v2_client`, and freed once.
        unsafe { invoke(self.address("lid_v2_free"), &[self.v2_client]) };
        self.v2_client = self.new_v2_client();
    }

    fn new_v2_client(&self) -> usize {
        let done = self.call(&function("lid_v2_new"), self.usual("lid_v2_new"));
        let client = done.made_v2.expect("a client");
        assert_ne!(client, 0, "{:?}", done.text);
        client
    }

    /// The service's URL with a host that begins with the application's id.
    pub fn v2_base_url(&self) -> String {
        self.base_url.replace("127.0.0.1", "app.localhost")
    }

    pub fn address(&self, name: &str) -> *const () {
        let symbol = c(name);
        // SAFETY: an open library and a NUL-terminated name.
        let address = unsafe { libc::dlsym(self.handle, symbol.as_ptr()) };
        assert!(!address.is_null(), "the library has no {name}");
        address.cast_const().cast()
    }

    /// Texts that each function accepts, by the names of its parameters.
    pub fn usual(&self, name: &str) -> Vec<Option<Vec<u8>>> {
        let function = function(name);
        let is_v2 = function.name.starts_with("lid_v2_");
        let text = |name: &str| match name {
            "base_url" if is_v2 => self.v2_base_url(),
            "config_json" if is_v2 => json!({"base_url": self.v2_base_url()}).to_string(),
            "confirmation_json" => json!({
                "keyHandle": "Yw", "clientData": "Yw", "authenticatorData": "Yw",
                "signature": "Yw",
            })
            .to_string(),
            "private_key" => self.key.clone(),
            "base_url" => self.base_url.clone(),
            "config_json" => json!({
                "client_id": "app", "private_key": self.key, "base_url": self.base_url,
            })
            .to_string(),
            "code_type" => "short".to_owned(),
            "status" => "active".to_owned(),
            "json" => r#"{"a":1}"#.to_owned(),
            "pointer" => "/a".to_owned(),
            "assertion_payload_json" if function.name == "lid_complete_tx" => json!({
                "challenge": "Yw", "key_handle": "Yw", "client_data": "Yw",
                "auth_data": "Yw", "sign_data": "Yw",
            })
            .to_string(),
            name if name.ends_with("_json") => "{}".to_owned(),
            other => format!("a-{other}"),
        };
        let parameters = &function.parameters;
        let value = |kind, name: &str| (kind == Kind::Text).then(|| text(name).into_bytes());
        let mut usual: Vec<_> = parameters.iter().map(|p| value(p.kind, &p.name)).collect();
        // One of the two is required.
        if let Some(at) = parameters.iter().position(|p| p.name == "tx_id")
            && parameters.iter().any(|p| p.name == "tx_payload")
        {
            usual[at] = None;
        }
        // Here too: the calls for a user, by a token or by name.
        let authorized = ["list_passkeys", "rename_passkey", "delete_passkey"];
        let authorized = [&authorized[..], &["get_authenticator", "create_otp"]].concat();
        let is_authorized = |call: &str| function.name == format!("lid_v2_{call}");
        if authorized.into_iter().any(is_authorized)
            && let Some(at) = parameters.iter().position(|p| p.name == "username")
        {
            usual[at] = None;
        }
        usual
    }

    pub fn call(&self, function: &Function, texts: Vec<Option<Vec<u8>>>) -> Done {
        self.call_on(self.client, function, texts, None)
    }

    /// Calls with these texts and usual other arguments, of which one may be NULL. The
    /// texts are overwritten and freed before the results are read.
    pub fn call_on(
        &self,
        client: usize,
        function: &Function,
        texts: Vec<Option<Vec<u8>>>,
        null: Option<usize>,
    ) -> Done {
        let mut out = UNTOUCHED;
        let (mut made, mut made_v2, mut document) = (UNTOUCHED, UNTOUCHED, UNTOUCHED);
        let mut value = UNTOUCHED;
        // In separate pages, so that a use after free crashes.
        let in_pages = |mut text: Vec<u8>| {
            text.push(0);
            text.reserve_exact(256 * 1024);
            text
        };
        let mut given: Vec<_> = texts.into_iter().map(|text| text.map(in_pages)).collect();
        let mut arguments = Vec::new();
        for (at, parameter) in function.parameters.iter().enumerate() {
            let usual = match parameter.kind {
                Kind::Text => given[at].as_ref().map_or(0, |text| text.as_ptr() as usize),
                Kind::Client => client,
                Kind::NewClient => &raw mut made as usize,
                Kind::V2Client if client == 0 => 0,
                Kind::V2Client => self.v2_client,
                Kind::NewV2Client => &raw mut made_v2 as usize,
                Kind::Document => self.document,
                Kind::NewDocument => &raw mut document as usize,
                Kind::Value => &raw mut value as usize,
                Kind::Out => &raw mut out as usize,
                Kind::Number => 60_000,
                Kind::Cancel | Kind::Callback | Kind::Pointer => 0,
            };
            arguments.push(if null == Some(at) { 0 } else { usual });
        }
        // `bool` is 0 or 1.
        for (parameter, argument) in function.parameters.iter().zip(&mut arguments) {
            let flags = [
                "authorize",
                "activate",
                "request_verification",
                "messaging_consent",
            ];
            if flags.contains(&parameter.name.as_str()) {
                *argument = 1;
            }
        }
        // SAFETY: the header's contract; what breaks it on purpose is what the
        // library promises to notice.
        let status = unsafe { invoke(self.address(&function.name), &arguments) };
        for text in given.iter_mut().flatten() {
            text.fill(0xAA);
        }
        drop(given);
        let text = (out != UNTOUCHED).then(|| self.take(out));
        Done {
            status: status & 0xffff_ffff,
            text,
            made: (made != UNTOUCHED).then_some(made),
            made_v2: (made_v2 != UNTOUCHED).then_some(made_v2),
            document: (document != UNTOUCHED).then_some(document),
            value: (value != UNTOUCHED).then_some(value as u8),
        }
    }

    fn take(&self, out: usize) -> String {
        // SAFETY: a call stored this string, freed once with the library's function.
        unsafe {
            let text = CStr::from_ptr(out as *const c_char);
            let text = text.to_str().expect("UTF-8").to_owned();
            invoke(self.address("lid_free_string"), &[out]);
            text
        }
    }

    pub fn free(&self, client: Option<usize>) {
        // SAFETY: NULL or made by a call, and freed once.
        unsafe { invoke(self.address("lid_free"), &[client.unwrap_or(0)]) };
    }

    /// Frees what a call made.
    pub fn free_made(&self, done: &Done) {
        self.free(done.made);
        // SAFETY: as above.
        unsafe {
            invoke(self.address("lid_v2_free"), &[done.made_v2.unwrap_or(0)]);
            invoke(self.address("lid_json_free"), &[done.document.unwrap_or(0)]);
        }
    }
}

pub fn calls() -> Vec<Function> {
    functions()
        .into_iter()
        .filter(|function| function.status)
        .collect()
}

pub fn function(name: &str) -> Function {
    let known = calls().into_iter().find(|function| function.name == name);
    known.unwrap_or_else(|| panic!("the header has no {name}"))
}
