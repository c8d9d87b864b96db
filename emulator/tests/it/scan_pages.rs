//! The page of a document scan, and the result of the scan.

use loginid_emulator::Emulator;
use serde_json::{Value, json};

use crate::support::{Answer, App, control_api, get, send};

struct Scan {
    app: App,
    uuid: String,
    /// The path of its page.
    page: String,
}

/// Begins to add a document of alice.
fn begin(emulator: &Emulator) -> Scan {
    let app = App::of(emulator);
    app.add_user("alice");
    let body = json!({"username": "alice"});
    let path = "/credentials/authid/init";
    let answer = app.post(path, "credentials.force_add", body).ok();
    let url = answer["iframe_url"].as_str().unwrap();
    Scan {
        uuid: answer["credential_uuid"].as_str().unwrap().to_owned(),
        page: url.strip_prefix(emulator.base_url()).unwrap().to_owned(),
        app,
    }
}

impl Scan {
    fn show(&self) -> Answer {
        get(self.app.control.base_url(), &self.page)
    }

    fn submit(&self, form: &str) -> Answer {
        let headers = [(
            "Content-Type",
            "application/x-www-form-urlencoded".to_owned(),
        )];
        send(
            self.app.control.base_url(),
            "POST",
            &self.page,
            &headers,
            form,
        )
        .unwrap()
    }

    fn evaluate(&self) -> Value {
        let body = json!({"username": "alice", "credential_uuid": self.uuid});
        let (path, scope) = (
            "/credentials/authid/evaluate",
            "credentials.retrieve_sensitive",
        );
        self.app.post(path, scope, body).ok()
    }

    fn result(&self, url: &Value, token: Option<&Value>) -> Answer {
        let base_url = self.app.control.base_url();
        let path = url.as_str().unwrap().strip_prefix(base_url).unwrap();
        let headers = token.map(|token| {
            (
                "Authorization",
                format!("Bearer {}", token.as_str().unwrap()),
            )
        });
        send(base_url, "GET", path, headers.as_slice(), "").unwrap()
    }
}

#[test]
fn the_page_asks_and_tells_its_parent() {
    for (passed, message) in [
        (true, r#"{pageName: "verifiedPage", success: true}"#),
        (false, r#"{pageName: "defaultFailedPage", success: false}"#),
    ] {
        let emulator = Emulator::start();
        let scan = begin(&emulator);
        let page = scan.show();
        assert_eq!(page.status, 200);
        assert!(page.headers.contains("content-type: text/html"), "{page:?}");
        assert!(
            page.headers
                .contains("content-security-policy: default-src 'none'"),
            "{page:?}"
        );
        assert!(
            page.body
                .contains(r#"<button name="passed" value="true">Pass</button>"#)
        );
        assert!(
            page.body
                .contains(r#"<button name="passed" value="false">Fail</button>"#)
        );
        assert!(!page.body.contains("postMessage"), "nothing is decided yet");
        let undecided = control_api(
            &emulator,
            "GET",
            &format!("/doc-scans/{}", scan.uuid),
            Value::Null,
        );
        assert_eq!(
            undecided.ok()["passed"],
            Value::Null,
            "a GET changes nothing"
        );

        let told = scan.submit(&format!("passed={passed}"));
        assert!(
            told.body
                .contains(&format!("parent.postMessage({message}, \"*\")")),
            "{told:?}"
        );
        // Loaded again, it tells the same.
        assert_eq!(scan.show().body, told.body);
        assert_eq!(
            scan.submit("passed=true").refusal(),
            "400 scan_already_completed"
        );
        let decided = control_api(
            &emulator,
            "GET",
            &format!("/doc-scans/{}", scan.uuid),
            Value::Null,
        );
        assert_eq!(decided.ok()["passed"], passed);
    }
}

#[test]
fn a_bad_form_or_address_decides_nothing() {
    let emulator = Emulator::start();
    let scan = begin(&emulator);
    for form in [
        "",
        "passed=",
        "passed=1",
        "passed=True",
        "other=true",
        "{\"passed\":true}",
    ] {
        assert_eq!(scan.submit(form).refusal(), "400 bad_request", "{form:?}");
    }
    let other = Scan {
        page: "/authid/00000000-0000-4000-8000-000000000000".to_owned(),
        ..begin_again(&scan)
    };
    assert_eq!(other.show().refusal(), "404 credential_not_found");
    assert_eq!(
        other.submit("passed=true").refusal(),
        "404 credential_not_found"
    );
    assert!(scan.show().body.contains("Pass</button>"));
}

fn begin_again(scan: &Scan) -> Scan {
    Scan {
        app: scan.app.clone(),
        uuid: scan.uuid.clone(),
        page: scan.page.clone(),
    }
}

#[test]
fn the_result_needs_the_token_of_its_evaluation() {
    let emulator = Emulator::start();
    let scan = begin(&emulator);
    scan.submit("passed=true");
    let evaluation = scan.evaluate();
    let (url, token) = (&evaluation["result_url"], &evaluation["auth_token"]);
    let result = scan.result(url, Some(token)).ok();
    assert_eq!(result["Data"]["Matched"], true);
    assert_eq!(
        result["Data"]["Document"]["Data"],
        json!([{"Key": "Username", "Value": "alice"}])
    );
    for part in ["MatchScore", "MatchProbability"] {
        assert!(result["Data"][part].is_number(), "{result}");
    }
    assert!(
        result["Data"]["CurrentFacialImage"]["Data"].is_string(),
        "{result}"
    );

    // Without it, with a login's, with one of another scan, and when it has expired.
    assert_eq!(scan.result(url, None).refusal(), "401 unauthorized");
    let login = emulator.login("alice").unwrap()["jwt"].clone();
    let body = json!({"username": "alice"});
    let other = scan
        .app
        .post("/credentials/authid/init", "credentials.force_add", body)
        .ok();
    let other = Scan {
        uuid: other["credential_uuid"].as_str().unwrap().to_owned(),
        ..begin_again(&scan)
    };
    emulator.decide_doc_scan(&other.uuid, false).unwrap();
    let of_other = other.evaluate();
    for token in [&login, &of_other["auth_token"], &json!("x")] {
        assert_eq!(scan.result(url, Some(token)).refusal(), "401 unauthorized");
    }
    let failed = other.result(&of_other["result_url"], Some(&of_other["auth_token"]));
    assert_eq!(failed.ok()["Data"]["Matched"], false);
    emulator.advance_clock(std::time::Duration::from_secs(3601));
    assert_eq!(scan.result(url, Some(token)).refusal(), "401 unauthorized");
}

#[test]
fn a_begun_document_is_pending_and_is_completed_without_a_token() {
    let emulator = Emulator::start();
    let scan = begin(&emulator);
    let list = |status: &str| {
        let body = json!({"username": "alice", "status": status});
        scan.app
            .post("/credentials/list", "credentials.list", body)
            .ok()["credentials"]
            .clone()
    };
    assert_eq!(list("pending")[0]["uuid"], scan.uuid.as_str());
    assert_eq!(list("inactive"), json!([]));
    scan.submit("passed=true");
    let body =
        json!({"username": "alice", "credential_uuid": scan.uuid, "activate_credential": true});
    let path = "/credentials/authid/complete";
    let wrong = scan.app.token("auth.login");
    let refusal = scan
        .app
        .call_with("POST", path, Some(&wrong), body.clone())
        .refusal();
    assert_eq!(refusal, "403 operation_not_allowed");
    let completed = scan.app.call_with("POST", path, None, body).ok();
    assert_eq!(completed["credential"]["id"], scan.uuid.as_str());
    assert_eq!(list("active")[0]["uuid"], scan.uuid.as_str());
}
