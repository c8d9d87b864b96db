//! The console in a browser, and the emulator behind it.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use loginid_emulator::{Builder, Emulator};
use serde_json::{Value, json};
use ureq::Agent;

use crate::chromium::Chromium;

/// What every script may use. Nothing waits for a time: it waits for an element, as the page follows events.
const HELPERS: &str = "
    const label = element =>
        (element.getAttribute('aria-label') ?? element.textContent).trim().replace(/\\s+/g, ' ');
    const seen = element => element.checkVisibility();
    const until = async (what, found) => {
        for (let turn = 0; turn < 1000; turn += 1) {
            const value = found();
            if (value) return value;
            await new Promise(done => setTimeout(done, 10));
        }
        throw new Error('it never came: ' + what);
    };
    const control = name => until(name, () => [...document.querySelectorAll('button, summary, a')]
        .find(element => seen(element) && label(element) === name));
    const described = action => {
        const place = action.closest('#bar, main > section')?.id.replace('section-', '') ?? '';
        // A reset asks before it is done.
        const text = action.querySelector('button').textContent.replace('Really reset?', 'Reset');
        const call = action.querySelector('.call');
        return [place, text, call.title || call.textContent];
    };
    const field = (within, name) => until(name, () => [...within.querySelectorAll('[name]')]
        .find(element => seen(element) && element.name === name));
";

/// Where a button is, its text, and the operation of the control API that is shown beside it.
type Action = (String, String, String);

pub struct Page {
    pub emulator: Emulator,
    pub browser: Chromium,
    agent: Agent,
    /// Method, path with parameters, and name of every operation that is documented.
    operations: Vec<(String, String, String)>,
    clicked: RefCell<BTreeSet<Action>>,
    shown: RefCell<BTreeSet<Action>>,
}

impl Page {
    /// Opens the console. None if there is no browser.
    pub fn open(builder: Builder) -> Option<Page> {
        let browser = crate::browser()?;
        let emulator = builder.start();
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(60)))
            .proxy(None);
        let agent = config.build().new_agent();
        let mut page = Page {
            emulator,
            browser,
            agent,
            operations: Vec::new(),
            clicked: RefCell::default(),
            shown: RefCell::default(),
        };
        page.operations = page.documented();
        page.size(1280, 900);
        page.go_to(&page.url("/_emulator/"));
        Some(page)
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.emulator.base_url())
    }

    fn documented(&self) -> Vec<(String, String, String)> {
        let description = self.control("GET", "/openapi.json", Value::Null);
        let paths = description["paths"].as_object().expect("its paths");
        let calls = paths.iter().flat_map(|(path, methods)| {
            let methods = methods.as_object().expect("its methods");
            methods.iter().map(|(method, call)| {
                let name = call["operationId"].as_str().expect("a name").to_owned();
                (method.to_ascii_uppercase(), path.clone(), name)
            })
        });
        let mut calls: Vec<_> = calls.collect();
        // `/users/ada/login` is not `/users/{username}`, and `/keys/rotate` not `/keys/{kid}`.
        calls.sort_by_key(|(_, path, _)| path.matches('{').count());
        calls
    }

    /// The operation of a call as a button shows it.
    fn operation(&self, shown: &str) -> String {
        let mut words = shown.split(' ');
        let (method, path) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
        let path = path.split('?').next().unwrap_or("");
        let is_it = |template: &str| {
            let (parts, given) = (template.split('/'), path.split('/'));
            parts.clone().count() == given.clone().count()
                && parts
                    .zip(given)
                    .all(|(part, given)| part == given || part.starts_with('{'))
        };
        let mut operations = self.operations.iter();
        let found = operations.find(|(known, path, _)| known == method && is_it(path));
        let (_, _, name) = found.unwrap_or_else(|| panic!("not documented: {shown}"));
        name.clone()
    }

    pub fn go_to(&self, url: &str) {
        self.browser.open(url);
    }

    /// Opens a section.
    pub fn section(&self, id: &str) {
        let script = "location.hash = '#/' + arguments[0];
            await until(arguments[0], () => seen(document.getElementById('section-' + arguments[0])));";
        self.run(script, json!([id]));
    }

    #[track_caller]
    pub fn run(&self, script: &str, arguments: Value) -> Value {
        let result = self.browser.run(&format!("{HELPERS}{script}"), arguments);
        result.unwrap_or_else(|error| panic!("{error}"))
    }

    /// Waits until a text is seen on the page.
    #[track_caller]
    pub fn sees(&self, text: &str) {
        let script =
            "await until(arguments[0], () => document.body.innerText.includes(arguments[0]));";
        self.run(script, json!([text]));
    }

    /// Waits until a text is not seen on the page.
    #[track_caller]
    pub fn sees_no(&self, text: &str) {
        let script = "await until('no ' + arguments[0], () => !document.body.innerText.includes(arguments[0]));";
        self.run(script, json!([text]));
    }

    /// Clicks a control without a call: a link, a summary, or a button that copies.
    #[track_caller]
    pub fn press(&self, name: &str) {
        self.run("(await control(arguments[0])).click();", json!([name]));
    }

    /// Clicks the button with this name for a screen reader, and waits until its call is answered with 200.
    #[track_caller]
    pub fn click(&self, name: &str) {
        self.note_shown();
        let script = "const button = await control(arguments[0]);
            const status = document.getElementById('status');
            status.textContent = '';
            const clicked = described(button.closest('.action'));
            button.click();
            return [clicked, await until('an answer', () => status.textContent)];";
        let done = self.run(script, json!([name]));
        let said = done[1].as_str().expect("a text");
        assert!(
            said.starts_with("Done") || said.ends_with("copied"),
            "{name}: {said}"
        );
        self.clicked.borrow_mut().insert(self.action(&done[0]));
        self.note_shown();
    }

    /// Types into the fields of the form that has this button, then clicks it.
    #[track_caller]
    pub fn submit(&self, button: &str, fields: Value) {
        let script = "const form = (await control(arguments[0])).form;
            // What it is called by decides which other fields there are.
            const entries = Object.entries(arguments[1]).sort(([name]) => name === 'kind' ? -1 : 1);
            for (const [name, value] of entries) {
                const input = await field(form, name);
                if (input.type === 'checkbox') input.checked = value; else input.value = value;
                input.dispatchEvent(new Event('input', { bubbles: true }));
            }";
        self.run(script, json!([button, fields]));
        self.click(button);
    }

    fn action(&self, described: &Value) -> Action {
        let text = |index: usize| described[index].as_str().expect("a text").to_owned();
        (text(0), text(1), self.operation(&text(2)))
    }

    /// Remembers the actions of the page, seen or not.
    fn note_shown(&self) {
        let script = "return [...document.querySelectorAll('.action')].map(described);";
        let shown = self.run(script, json!([]));
        let shown = shown.as_array().expect("the actions").iter();
        let mut known = self.shown.borrow_mut();
        known.extend(shown.map(|described| self.action(described)));
    }

    /// The actions of a section (or `bar`) that were shown by now, and not clicked.
    pub fn not_clicked(&self, section: &str) -> Vec<Action> {
        self.note_shown();
        let (shown, clicked) = (self.shown.borrow(), self.clicked.borrow());
        let left = shown.difference(&clicked).cloned();
        left.filter(|(place, ..)| place == section).collect()
    }

    /// What the next copies copy: headless browsers have no clipboard to read.
    pub fn catch_copies(&self) {
        let script = "navigator.clipboard.writeText = async text => { window.copied = text; };";
        self.run(script, json!([]));
    }

    /// What was copied last.
    #[track_caller]
    pub fn copied(&self) -> String {
        let script = "const text = await until('a copy', () => window.copied);
            window.copied = undefined;
            return text;";
        self.run(script, json!([]))
            .as_str()
            .expect("a text")
            .to_owned()
    }

    /// A call of the control API, as another program makes it.
    #[track_caller]
    pub fn control(&self, method: &str, path: &str, body: Value) -> Value {
        self.send(method, &format!("/_emulator{path}"), body)
    }

    /// A request to the emulator, answered with success.
    #[track_caller]
    pub fn send(&self, method: &str, path: &str, body: Value) -> Value {
        let (status, answer) = self.request(method, path, body);
        assert!((200..300).contains(&status), "{path}: {status} {answer}");
        answer
    }

    pub fn request(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        let url = self.url(path);
        let mut answer = match method {
            "GET" => self.agent.get(&url).call(),
            "DELETE" => self.agent.delete(&url).call(),
            "POST" => {
                let request = self.agent.post(&url).content_type("application/json");
                request.send(body.to_string())
            }
            _ => panic!("{method}"),
        }
        .expect("an answer");
        let text = answer.body_mut().read_to_string().expect("a text");
        (
            answer.status().as_u16(),
            serde_json::from_str(&text).unwrap_or_default(),
        )
    }

    pub fn size(&self, width: u32, height: u32) {
        let metrics = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500});
        self.devtools("Emulation.setDeviceMetricsOverride", metrics);
    }

    pub fn color_scheme(&self, name: &str) {
        let media = json!({"features": [{"name": "prefers-color-scheme", "value": name}]});
        self.devtools("Emulation.setEmulatedMedia", media);
    }

    fn devtools(&self, command: &str, parameters: Value) -> Value {
        let body = json!({"cmd": command, "params": parameters});
        self.browser.post("/goog/cdp/execute", body)
    }

    /// Writes a picture of the page into the build folder, to be looked at.
    pub fn picture(&self, name: &str) {
        let whole = json!({"captureBeyondViewport": false});
        let picture = self.devtools("Page.captureScreenshot", whole);
        let bytes = STANDARD
            .decode(picture["data"].as_str().expect("a picture"))
            .expect("base64");
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("screenshots");
        fs::create_dir_all(&folder).expect("the folder");
        fs::write(folder.join(format!("console-{name}.png")), bytes).expect("the picture");
    }

    /// What the browser has complained about: errors of scripts, and what the policy refused.
    pub fn complaints(&self) -> Vec<String> {
        let log = self.browser.post("/se/log", json!({"type": "browser"}));
        let entries = log.as_array().expect("the log").iter();
        entries
            .filter(|entry| entry["level"] == "SEVERE" || entry["level"] == "WARNING")
            .map(|entry| entry["message"].to_string())
            .collect()
    }
}

/// Waits until another program has done something.
#[track_caller]
pub fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    for _ in 0..1000 {
        if holds() {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("it never happened: {what}");
}
