//! The pages and servers of docs/web.md and docs/v2/ceremonies.md, in Chromium with a virtual
//! authenticator, against the emulator.

mod chromium;
#[path = "../common/mod.rs"]
mod common;

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};

use chromium::Chromium;
use common::compiler::{compile, link_library_into};
use common::{left_out, root};
use loginid_emulator::Emulator;
use serde_json::{Value, json};
use tempfile::TempDir;

const USER: &str = "ada@example.com";

/// A page of the documentation, and the client that its server makes.
struct Documented {
    page: &'static str,
    client: &'static str,
    new_client: &'static str,
}

const V1: Documented = Documented {
    page: "docs/web.md",
    client: "lid_client",
    new_client: "lid_new_from_env",
};

const CURRENT: Documented = Documented {
    page: "docs/v2/ceremonies.md",
    client: "lid_v2_client",
    new_client: "lid_v2_new_from_env",
};

/// The code blocks of a page in a language.
fn blocks(page: &str, language: &str) -> String {
    let page = fs::read_to_string(root().join(page)).expect(page);
    let start = format!("```{language}\n");
    let blocks = page.split(&start).skip(1);
    let blocks = blocks.map(|block| block.split_once("```").expect("the block's end").0);
    let blocks: Vec<_> = blocks.collect();
    assert!(!blocks.is_empty(), "no block of {language}");
    blocks.join("\n")
}

/// The server of the page, a C program, and the emulator that it uses.
struct Shop {
    emulator: Emulator,
    server: Child,
    log: BufReader<ChildStdout>,
    url: String,
    _folder: TempDir,
}

impl Shop {
    fn open(documented: &Documented) -> Shop {
        let Documented {
            page,
            client,
            new_client,
        } = documented;
        let folder = TempDir::new().expect("a folder");
        let path = folder.path();
        link_library_into(path);
        let functions = format!(
            "#define CLIENT {client}\n#define NEW_CLIENT {new_client}\n{}",
            blocks(page, "c")
        );
        fs::write(path.join("backend.c"), functions).expect("the functions");
        fs::copy(root().join("tests/web/server.c"), path.join("server.c")).expect("the server");
        let page = format!(
            "<!doctype html><title>A shop</title><script>{}</script>",
            blocks(page, "js")
        );
        fs::write(path.join("page.html"), page).expect("the page");
        let program = compile(path, "server", &[path.join("server.c")]);
        let emulator = Emulator::start();
        let mut server = Command::new(program)
            .arg(path.join("page.html"))
            .env("LOGINID_BASE_URL", emulator.base_url())
            .env("LOGINID_CLIENT_ID", emulator.client_id())
            .env("LOGINID_PRIVATE_KEY", emulator.private_key())
            .env("LOGINID_V2_BASE_URL", emulator.v2().base_url())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let mut shop = Shop {
            log: BufReader::new(server.stdout.take().expect("its output")),
            server,
            emulator,
            url: String::new(),
            _folder: folder,
        };
        shop.url = format!("http://localhost:{}/", shop.logged());
        shop
    }

    /// The next line of the server's log.
    fn logged(&mut self) -> String {
        let mut line = String::new();
        self.log.read_line(&mut line).expect("a line");
        line.trim_end().to_owned()
    }

    /// Closes the shop, whose server ends.
    fn close(mut self) {
        drop(self.server.stdin.take());
        let status = self.server.wait().expect("its end");
        assert!(status.success(), "{status}");
    }

    /// The body of the latest request to this path of the service.
    fn sent(&self, path: &str) -> Value {
        let requests = self.emulator.requests();
        let mut sent = requests.iter().rev();
        let sent = sent.find(|request| request.path == path);
        sent.and_then(|request| request.body.clone())
            .unwrap_or_else(|| panic!("no request to {path}"))
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// Names of members, in alphabetical order.
fn names(object: &Value) -> Vec<&str> {
    let mut names: Vec<_> = object.as_object().expect("an object").keys().collect();
    names.sort();
    names.into_iter().map(String::as_str).collect()
}

/// A browser, unless it is missing, which ends a run under CI.
fn browser() -> Option<Chromium> {
    if Chromium::is_installed() {
        return Some(Chromium::start());
    }
    left_out("pages in Chromium", "chromedriver is missing");
    None
}

/// Pages that call the service themselves, as LoginID's web SDKs do: a browser lets those of allowed
/// origins, and no page reads or resets the emulator.
#[test]
fn a_page_of_an_allowed_origin_calls_the_service_itself() {
    let shop = Shop::open(&V1);
    let Some(browser) = browser() else {
        return shop.close();
    };
    // A call as the SDKs make it: the browser asks for permission first.
    let call = "const answer = await fetch(arguments[0] + arguments[1], {
            method: 'POST', body: JSON.stringify({ client_id: arguments[2], username: 'ada' }),
            headers: { 'Content-Type': 'application/json', Authorization: 'Bearer x' } });
        return (await answer.json()).code;";
    let base = shop.emulator.base_url();
    let call_of = |path| json!([base, path, shop.emulator.client_id()]);
    browser.open(&shop.url);
    let answered = browser.run(call, call_of("/authenticate/fido2/init"));
    assert_eq!(answered, Ok(json!("unauthorized")));
    assert_eq!(shop.emulator.request_count(), 1);
    let control = browser.run(call, call_of("/_emulator/reset"));
    assert_eq!(control, Err("TypeError: Failed to fetch".into()));
    // The same page by the name of another origin.
    browser.open(&shop.url.replace("localhost", "127.0.0.1"));
    let foreign = browser.run(call, call_of("/authenticate/fido2/init"));
    assert_eq!(foreign, Err("TypeError: Failed to fetch".into()));
    let requests = shop.emulator.requests();
    assert!(
        requests.iter().skip(1).all(|one| one.method == "OPTIONS"),
        "{requests:?}"
    );
    shop.close();
}

#[test]
fn the_page_registers_logs_in_and_pays() {
    let mut shop = Shop::open(&V1);
    let Some(browser) = browser() else {
        return shop.close();
    };
    browser.open(&shop.url);

    // Nothing is there yet.
    let refused = browser.run("return logIn(arguments[0])", json!([USER]));
    assert_eq!(refused, Err("Error: user_not_found".into()));
    assert_eq!(shop.logged(), "POST /login/begin LID_ERROR_API");
    let refused = browser.run("return pay('Pay 1 EUR to Grace')", json!([]));
    assert_eq!(refused, Err("Error: null_argument".into()));
    assert_eq!(shop.logged(), "POST /pay/begin LID_ERROR_INVALID_ARGUMENT");

    browser.add_authenticator();
    let done = browser.run("return register(arguments[0])", json!([USER]));
    assert_eq!(done, Ok(json!({})));
    assert_eq!(shop.logged(), "POST /register/begin LID_OK");
    assert_eq!(
        shop.logged(),
        format!("POST /register/complete LID_OK {USER}")
    );
    let sent = shop.sent("/register/fido2/complete");
    let expected = [
        "attestation_data",
        "challenge",
        "client_data",
        "credential_id",
        "credential_uuid",
    ];
    assert_eq!(names(&sent["attestation_payload"]), expected);

    let done = browser.run("return logIn(arguments[0])", json!([USER]));
    assert_eq!(done, Ok(json!({})));
    assert_eq!(shop.logged(), format!("POST /login/begin LID_OK {USER}"));
    assert_eq!(shop.logged(), format!("POST /login/complete LID_OK {USER}"));
    let sent = shop.sent("/authenticate/fido2/complete");
    let expected = [
        "authenticator_data",
        "challenge",
        "client_data",
        "credential_id",
        "signature",
    ];
    assert_eq!(names(&sent["assertion_payload"]), expected);

    let done = browser.run("return pay('Pay 10.00 € to Grace')", json!([]));
    assert_eq!(done, Ok(json!({})));
    assert_eq!(shop.logged(), format!("POST /pay/begin LID_OK {USER}"));
    assert_eq!(shop.logged(), format!("POST /pay/complete LID_OK {USER}"));
    assert_eq!(
        shop.sent("/tx/init")["tx_payload"],
        json!("Pay 10.00 € to Grace")
    );
    // The challenge is the one in the client data.
    let sent = shop.sent("/tx/complete");
    assert_eq!(
        names(&sent),
        [
            "auth_data",
            "challenge",
            "client_data",
            "client_id",
            "key_handle",
            "sign_data",
            "tx_id",
            "username"
        ]
    );

    // The page of a registration that forgets the credential_uuid.
    let forgetful = "const { attestation_payload: options } =
            await post('/register/begin', { username: 'grace' });
        const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
        return post('/register/complete', await navigator.credentials.create({ publicKey }));";
    let refused = browser.run(forgetful, json!([]));
    assert_eq!(refused, Err("Error: credential_uuid_required".into()));

    // As on a device that has keys of this algorithm only.
    let with_algorithm = "const { attestation_payload: options } =
            await post('/register/begin', { username: arguments[0] });
        options.pubKeyCredParams = options.pubKeyCredParams.filter(({ alg }) => alg === arguments[1]);
        const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
        const credential = await navigator.credentials.create({ publicKey });
        const { credential_uuid } = options;
        await post('/register/complete', { ...credential.toJSON(), credential_uuid });
        await logIn(arguments[0]);
        return credential.response.getPublicKeyAlgorithm();";
    for algorithm in [-257, -8] {
        let user = format!("user-{algorithm}");
        let done = browser.run(with_algorithm, json!([user, algorithm]));
        assert_eq!(done, Ok(json!(algorithm)));
    }

    // A user whose authenticator has no key: the browser refuses.
    let other = Chromium::start();
    other.open(&shop.url);
    other.add_authenticator();
    let refused = other.run("return logIn(arguments[0])", json!([USER]));
    let refused = refused.expect_err("no key");
    assert!(refused.starts_with("NotAllowedError: "), "{refused}");
    shop.close();
}

#[test]
fn the_page_of_the_current_service_registers_logs_in_and_pays() {
    let mut shop = Shop::open(&CURRENT);
    let Some(browser) = browser() else {
        return shop.close();
    };
    browser.open(&shop.url);

    // Nothing is there yet.
    let refused = browser.run("return pay('Pay 1 EUR to Grace')", json!([]));
    assert_eq!(refused, Err("Error: null_argument".into()));
    assert_eq!(shop.logged(), "POST /pay/begin LID_ERROR_INVALID_ARGUMENT");

    browser.add_authenticator();
    let steps = [
        ("register", "return register(arguments[0])", USER),
        ("login", "return logIn(arguments[0])", USER),
        ("pay", "return pay(arguments[0])", "Pay 10.00 € to Grace"),
    ];
    for (step, script, argument) in steps {
        let done = browser.run(script, json!([argument]));
        assert_eq!(done, Ok(json!({})), "{step}");
        // The first step names nobody until the answer's token has been verified.
        let user = if step == "register" { "" } else { USER };
        let begun = shop.logged();
        assert_eq!(
            begun.trim_end(),
            format!("POST /{step}/begin LID_OK {user}").trim_end()
        );
        assert_eq!(
            shop.logged(),
            format!("POST /{step}/complete LID_OK {USER}")
        );
    }
    let sent = shop.sent("/fido2/v2/tx/init");
    assert_eq!(sent["txPayload"], json!("Pay 10.00 € to Grace"));
    let sent = shop.sent("/fido2/v2/reg/complete");
    assert_eq!(names(&sent), ["creationResult", "session"]);
    let sent = shop.sent("/fido2/v2/tx/complete");
    let expected = [
        "authenticatorData",
        "clientData",
        "keyHandle",
        "session",
        "signature",
    ];
    assert_eq!(names(&sent), expected);

    // A confirmation of the payment before does not confirm this one.
    let again = "const options = await post('/pay/begin', { payment: 'Pay 1 EUR' });
        const signed = JSON.stringify(await sign(options));
        await post('/pay/complete', JSON.parse(signed));
        await post('/pay/begin', { payment: 'Pay 2 EUR' });
        return post('/pay/complete', JSON.parse(signed));";
    let refused = browser.run(again, json!([]));
    assert_eq!(refused, Err("Error: bad_request".into()));

    // The name is taken, and its owner has not asked for another passkey.
    let refused = browser.run("return register(arguments[0])", json!([USER]));
    assert_eq!(refused, Err("Error: unauthorized".into()));
    shop.close();
}
