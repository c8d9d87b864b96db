//! The bar, the address, and what all sections have in common.

use std::time::{SystemTime, UNIX_EPOCH};

use loginid_emulator::Emulator;
use serde_json::json;

use crate::page::{Page, eventually};
use crate::todo::{create_tx, public_application};

fn machine_now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.expect("after 1970").as_secs() as i64
}

#[test]
fn the_bar_moves_the_clock_copies_and_resets() {
    let Some(page) = Page::open(Emulator::builder()) else {
        return;
    };
    page.sees("live");
    let mut ahead = 0;
    for (button, seconds) in [("+1 min", 60), ("+3 min", 180), ("+1 day", 86_400)] {
        page.click(&format!("{button}: move the clock"));
        ahead += seconds;
        let difference = page.emulator.now() - machine_now();
        assert!(
            (ahead - 1..=ahead + 1).contains(&difference),
            "{difference}"
        );
    }
    page.sees("+1 d");
    page.click("Back: to the time of this machine");
    assert!((page.emulator.now() - machine_now()).abs() <= 2);

    page.catch_copies();
    page.click("Copy environment");
    let copied = page.copied();
    assert!(
        copied.starts_with("unset LOGINID_PRIVATE_KEY_FILE "),
        "{copied}"
    );
    for (name, value) in page.emulator.environment() {
        assert!(
            copied.contains(&format!("export {name}='{value}'\n")),
            "{name}: {copied}"
        );
    }

    page.control("POST", "/users", json!({"username": "ada"}));
    page.control("POST", "/faults", json!({"fault": {"kind": "close_idle"}}));
    page.sees("1 fault");
    // A reset needs two clicks, and a double click is one.
    let double = "const button = [...document.querySelectorAll('button')].find(one => one.textContent === 'Reset');
        for (const detail of [1, 2]) button.dispatchEvent(new MouseEvent('click', { bubbles: true, detail }));";
    page.run(double, json!([]));
    page.sees("Really reset?");
    assert_eq!(page.emulator.users().len(), 1);
    page.click("Really reset?");
    assert!(page.emulator.users().is_empty());
    assert!(page.emulator.faults().is_empty());
    page.sees("0 faults");
    page.press("0 faults");
    page.sees("A fault of your own");

    assert_eq!(page.not_clicked("bar"), []);

    // The call of a button is there for a shell.
    page.press("Copy as curl: the call");
    assert_eq!(
        page.copied(),
        format!("curl -sX POST '{}'", page.url("/_emulator/reset"))
    );
    assert_eq!(page.complaints(), [""; 0]);
}

/// The JSON of the control API is answered as before; only a browser gets the page. Nothing of it is in a frame.
#[test]
fn the_page_is_for_browsers_and_needs_nothing_from_elsewhere() {
    let Some(page) = Page::open(Emulator::builder()) else {
        return;
    };
    page.sees("live");
    let script = "const loaded = performance.getEntriesByType('resource').map(entry => entry.name)
            .filter(name => name.includes('/console/'));
        const names = [location.origin + '/_emulator/', ...new Set(loaded)];
        const sizes = await Promise.all(names.map(async name => {
            const answer = await fetch(name, { headers: { Accept: 'text/html,application/xhtml+xml' } });
            return (await answer.arrayBuffer()).byteLength;
        }));
        const foreign = performance.getEntriesByType('resource').filter(({ name }) => !name.startsWith(location.origin));
        return [names.length, sizes.reduce((all, size) => all + size), foreign.length];";
    let loaded = page.run(script, json!([]));
    let number = |index: usize| loaded[index].as_u64().expect("a number");
    assert!(number(0) > 15, "{loaded}");
    assert!(number(1) <= 150 * 1024, "{loaded}");
    assert_eq!(number(2), 0);
    let framed = "const frame = document.createElement('iframe');
        frame.src = '/_emulator/';
        document.body.append(frame);
        await new Promise(done => { frame.onload = done; });
        return frame.contentDocument?.title ?? null;";
    assert_ne!(page.run(framed, json!([])), "To do · LoginID emulator");
}

/// Other computers can reach this one: its page takes the token from the address, and keeps it in memory.
#[test]
fn a_token_arrives_in_the_fragment_and_leaves_the_address() {
    let Some(page) = Page::open(Emulator::builder()) else {
        return;
    };
    let reachable = Emulator::builder().host("0.0.0.0").start();
    let token = reachable.control_token().expect("a token");
    let url = reachable.base_url().replace("0.0.0.0", "127.0.0.1");
    page.go_to(&format!("{url}/_emulator/#token={token}"));
    page.sees("live");
    let state =
        "return [location.hash, localStorage.length + sessionStorage.length, document.cookie];";
    assert_eq!(page.run(state, json!([])), json!(["", 0, ""]));
    page.click("+1 min: move the clock");
    assert!(reachable.now() - machine_now() >= 59);

    // Without it, the page asks.
    page.go_to("about:blank");
    page.go_to(&format!("{url}/_emulator/"));
    page.sees("LOGINID_EMULATOR_TOKEN");
    let script = "const form = document.getElementById('token-form');
        form.querySelector('input').value = arguments[0];
        form.querySelector('button').click();";
    // A wrong one is said to be wrong. One that no header can have, the browser does not take.
    for wrong in ["wrong", "tökén…"] {
        page.run(script, json!([wrong]));
        page.sees("This token is wrong");
    }
    page.run(script, json!([token]));
    page.sees("No transaction waits");
    page.sees("live");

    // So it is in the address, where the right one may come later.
    for wrong in ["wrong", "%", "%E2%80%A6"] {
        page.go_to("about:blank");
        page.go_to(&format!("{url}/_emulator/#token={wrong}"));
        page.sees("LOGINID_EMULATOR_TOKEN");
        assert_eq!(page.run("return location.hash;", json!([])), "");
    }
    page.run("location.hash = `#token=${arguments[0]}`;", json!([token]));
    page.sees("No transaction waits");
    page.sees_no("LOGINID_EMULATOR_TOKEN. It stays");
}

/// A page of a shop may link to a transaction.
#[test]
fn other_pages_may_link_to_it() {
    let Some(page) = Page::open(Emulator::builder()) else {
        return;
    };
    public_application(&page);
    page.control("POST", "/users", json!({"username": "ada"}));
    let id = create_tx(&page, "Pay 5 EUR to Grace", Some("ada"));
    // Its origin is opaque, so that every other site is a foreign one.
    page.go_to("about:blank");
    let url = page.url(&format!("/_emulator/tx/{id}"));
    page.run("location.href = arguments[0];", json!([url]));
    page.sees("Pay 5 EUR to Grace");
}

#[test]
fn the_keyboard_reaches_everything() {
    let Some(page) = Page::open(Emulator::builder()) else {
        return;
    };
    page.sees("live");
    let tab = |page: &Page| {
        let keys = json!({"actions": [{"type": "key", "id": "keyboard", "actions": [
            {"type": "keyDown", "value": "\u{E004}"}, {"type": "keyUp", "value": "\u{E004}"},
        ]}]});
        page.browser.post("/actions", keys);
        page.run("return document.activeElement.textContent;", json!([]))
    };
    assert_eq!(tab(&page), "Skip to content");
    let reached: Vec<_> = (0..14).map(|_| tab(&page)).collect();
    for name in [
        "+1 min",
        "Back",
        "0 faults",
        "Copy environment",
        "Reset",
        "To do",
        "Keys and applications",
    ] {
        assert!(reached.iter().any(|one| one == name), "{name}: {reached:?}");
    }
}

/// A name may turn the direction of writing, and texts of the page beside it stay as they are.
#[test]
fn marks_for_the_direction_of_writing_end_with_their_text() {
    let Some(page) = Page::open(Emulator::builder()) else {
        return;
    };
    let name = "\u{202E}ada";
    page.control("POST", "/users", json!({"username": name}));
    page.control("POST", "/v2/users", json!({"username": name}));
    page.section("users");
    page.sees("0 passkeys");
    page.sees("0 credentials");
    let script = "return [...document.querySelectorAll('#section-users .item > summary')].map(summary => {
        const [name, hint] = ['strong', '.hint'].map(one => summary.querySelector(one).getBoundingClientRect());
        return name.right <= hint.left;
    });";
    assert_eq!(page.run(script, json!([])), json!([true, true]));
}

/// The fifth tab is not seen at once. What is seen of it says so, and the bar leaves room for the rest.
#[test]
fn a_small_screen_shows_that_there_are_five_tabs() {
    let Some(page) = Page::open(Emulator::builder()) else {
        return;
    };
    fill(&page);
    page.size(360, 760);
    // Both badges, which take room from the tabs.
    for (section, title) in [("faults", "Faults1"), ("todo", "To do6")] {
        page.section(section);
        page.run(
            "await until(arguments[0], () => document.querySelector('nav').textContent.includes(arguments[0]));",
            json!([title]),
        );
    }
    let script = "const keys = [...document.querySelectorAll('nav a')].pop();
        const list = document.getElementById('sections');
        return [keys.getBoundingClientRect().left, document.getElementById('bar').offsetHeight,
            list.scrollWidth > list.clientWidth, getComputedStyle(list).backgroundImage.includes('gradient')];";
    let sizes = page.run(script, json!([]));
    let number = |index: usize| sizes[index].as_f64().expect("a number");
    assert!(number(0) < 336.0, "the fifth tab begins at {}", number(0));
    assert!(number(1) <= 240.0, "the bar is {} high", number(1));
    assert_eq!((&sizes[2], &sizes[3]), (&json!(true), &json!(true)));
    page.picture("bar-phone");
}

#[test]
fn every_section_fits_a_small_screen() {
    let Some(page) = Page::open(Emulator::builder()) else {
        return;
    };
    fill(&page);
    for (name, width, height, scheme) in
        [("phone", 360, 760, "dark"), ("desktop", 1280, 900, "light")]
    {
        page.size(width, height);
        page.color_scheme(scheme);
        for section in ["todo", "users", "requests", "faults", "keys"] {
            page.section(section);
            if section == "requests" {
                page.sees(" of ");
            }
            if section == "users" {
                page.sees("grace");
                page.run("for (const one of document.querySelectorAll('#section-users details')) one.open = true;", json!([]));
            }
            let wide = "return [document.documentElement.scrollWidth, innerWidth];";
            let sizes = page.run(wide, json!([]));
            assert!(sizes[0].as_u64() <= sizes[1].as_u64(), "{section}: {sizes}");
            page.picture(&format!("{section}-{name}"));
        }
    }
}

/// Something in every list.
pub fn fill(page: &Page) {
    let document = json!({"uuid": "scan", "type": "authid", "status": "pending", "scan": {"passed": null, "used": false}});
    let users =
        json!({"users": [{"username": "ada", "credentials": [document]}, {"username": "grace"}]});
    page.emulator.import(&users.to_string()).expect("the users");
    public_application(page);
    create_tx(
        page,
        "Pay 10.00 € to Grace Hopper, reference 2026-117",
        Some("ada"),
    );
    create_tx(page, "Change the address", None);
    page.control(
        "POST",
        "/users/ada/codes",
        json!({"type": "short", "purpose": "temporary_authentication"}),
    );
    page.control(
        "POST",
        "/users/grace/codes",
        json!({"type": "phrase", "purpose": "add_credential", "authorize": true}),
    );
    page.control(
        "POST",
        "/users/ada/credentials",
        json!({"type": "fido2", "name": "phone"}),
    );
    page.control(
        "POST",
        "/users/ada/contacts",
        json!({"type": "email", "contact": "ada@example.com"}),
    );
    page.control("POST", "/v2/users/ada/login", json!({}));
    page.send(
        "POST",
        "/fido2/v2/auth/otp/email",
        json!({"user": {"username": "ada", "usernameType": "other"}}),
    );
    page.request("POST", "/manage/users", json!({"username": "eve"}));
    page.control(
        "POST",
        "/faults",
        json!({"match": {"path": "/certs"}, "times": 2, "fault": {"kind": "status", "code": 503}}),
    );
    page.control("POST", "/v2/api-keys", json!({"scopes": ["passkey:read"]}));
    page.control("POST", "/v2/keys/rotate", json!({}));
    eventually("the page has them", || {
        let text = page.run("return document.body.innerText", json!([]));
        text.as_str()
            .is_some_and(|text| text.contains("Change the address") && text.contains("1 fault"))
    });
}
