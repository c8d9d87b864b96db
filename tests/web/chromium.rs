//! Chromium with a virtual authenticator, driven through chromedriver (WebDriver).

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use ureq::Agent;

/// Headless, and without requests of its own: only this machine is reached.
const FLAGS: [&str; 9] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
];

pub struct Chromium {
    driver: Child,
    agent: Agent,
    session: String,
    /// The profile, until the browser has ended.
    _profile: TempDir,
}

impl Chromium {
    /// Whether chromedriver is installed.
    pub fn is_installed() -> bool {
        let version = Command::new("chromedriver").arg("--version").output();
        version.is_ok_and(|output| output.status.success())
    }

    pub fn start() -> Chromium {
        // chromedriver takes a port that is free for IPv4, and ends if another program has it for IPv6.
        let (driver, port) = (0..5).find_map(|_| start_driver()).expect("its port");
        let profile = TempDir::new().expect("a folder");
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(120)))
            .proxy(None);
        let mut chromium = Chromium {
            driver,
            agent: config.build().new_agent(),
            session: format!("http://127.0.0.1:{}/session", port),
            _profile: profile,
        };
        let profile = format!("--user-data-dir={}", chromium._profile.path().display());
        let flags: Vec<_> = FLAGS.into_iter().chain([profile.as_str()]).collect();
        let options = json!({
            "goog:chromeOptions": {"args": flags},
            "goog:loggingPrefs": {"browser": "ALL"},
        });
        let session = chromium.post("", json!({"capabilities": {"alwaysMatch": options}}));
        let id = session["sessionId"].as_str().expect("a session");
        chromium.session = format!("{}/{id}", chromium.session);
        chromium.post("/timeouts", json!({"script": 60_000}));
        chromium
    }

    /// Adds an authenticator of the device, whose user always agrees.
    pub fn add_authenticator(&self) {
        let authenticator = json!({
            "protocol": "ctap2", "transport": "internal",
            "hasResidentKey": true, "hasUserVerification": true, "isUserVerified": true,
        });
        self.post("/webauthn/authenticator", authenticator);
    }

    pub fn open(&self, url: &str) {
        self.post("/url", json!({"url": url}));
    }

    /// Runs the body of an async function in the page: its result, or the rejection's name and
    /// message.
    pub fn run(&self, script: &str, arguments: Value) -> Result<Value, String> {
        let script = format!(
            "return (async function () {{ {script} }}).apply(null, arguments).then(
                value => ({{ value }}), error => ({{ error: `${{error.name}}: ${{error.message}}` }}))"
        );
        let ended = self.post(
            "/execute/sync",
            json!({"script": script, "args": arguments}),
        );
        match ended["error"].as_str() {
            Some(error) => Err(error.to_owned()),
            None => Ok(ended["value"].clone()),
        }
    }

    /// A command of WebDriver for this session.
    #[track_caller]
    pub fn post(&self, path: &str, body: Value) -> Value {
        let url = format!("{}{path}", self.session);
        let request = self.agent.post(&url).content_type("application/json");
        let mut answer = request.send(body.to_string()).expect("an answer");
        let text = answer.body_mut().read_to_string().expect("a text");
        assert_eq!(answer.status(), 200, "{path}: {text}");
        let mut answer: Value = serde_json::from_str(&text).expect("JSON");
        answer["value"].take()
    }
}

/// A chromedriver and its port; none if it has ended.
fn start_driver() -> Option<(Child, u16)> {
    let mut driver = Command::new("chromedriver")
        .arg("--port=0")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .expect("chromedriver starts");
    let output = BufReader::new(driver.stdout.take().expect("its output"));
    // "ChromeDriver was started successfully on port 12345."
    let port = output.lines().find_map(|line| {
        let line = line.expect("a line");
        let (_, port) = line.split_once("successfully on port ")?;
        port.trim_end_matches('.').parse().ok()
    });
    if port.is_none() {
        driver.wait().expect("it has ended");
    }
    port.map(|port| (driver, port))
}

impl Drop for Chromium {
    fn drop(&mut self) {
        // Ends the browser, then the driver.
        let _ = self.agent.delete(&self.session).call();
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}
