//! The current service: base URL, application and API key, its key set, and whether it accepts the API key.

use std::net::IpAddr;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::address::{self, Address};
use super::connection::Route;
use super::exchange::{Answer, Service, clock, later};
use super::input::host::without_brackets;
use super::report::{Problem, Report};
use super::{key_set, keys, settings};

const KEY_SET: &str = "/fido2/v2/.well-known/jwks.json";
const GRANT: &str = "/fido2/v2/mgmt/grant";

/// Checks the configuration, and the service with it.
pub async fn check(report: &mut Report) {
    let address = report.check("base URL", base_url());
    if let Some(address) = &address {
        report.check("application id", application_id(address));
        report.ok("issuer", &issuer());
    }
    let api_key = match api_key() {
        Ok(Some((key, found))) => {
            report.ok("API key", &found);
            Some(key)
        }
        Ok(None) => {
            report.note(
                "API key",
                "none: enough to verify tokens; grants, profiles and remote verification need LOGINID_V2_API_KEY_FILE",
            );
            None
        }
        Err(problem) => {
            report.problem("API key", &problem);
            None
        }
    };
    if let Some(address) = &address {
        check_service(report, address, api_key).await;
    }
}

fn base_url() -> Result<(Address, String), Problem> {
    let variable = "LOGINID_V2_BASE_URL";
    let example = "https://<application id>.api.loginid.io";
    let text = settings::text("v2_base_url").ok_or_else(|| {
        Problem::new(
            format!("{variable} is not set"),
            "set it to the base URL that the dashboard shows",
        )
    })?;
    let address = address::base_url(variable, &text, example)?;
    if !address.prefix.is_empty() {
        return Err(Problem::new(
            format!("{variable} has a path"),
            format!("give it as the dashboard shows it, {example}"),
        ));
    }
    Ok((address, text))
}

fn application_id(address: &Address) -> Result<((), String), Problem> {
    let host = &address.host.name;
    let is_address = without_brackets(host).parse::<IpAddr>().is_ok();
    let is_local = host.trim_end_matches('.').eq_ignore_ascii_case("localhost");
    let label = host.split('.').next().unwrap_or_default();
    match settings::text("v2_application_id") {
        Some(id) if !id.bytes().all(|byte| byte.is_ascii_graphic()) => Err(Problem::new(
            "LOGINID_V2_APPLICATION_ID has blanks or characters beyond ASCII",
            "set it to the application id that the dashboard shows",
        )),
        Some(id) => Ok(((), format!("{id}, the audience of tokens"))),
        None if is_address || is_local || label.is_empty() => Err(Problem::new(
            format!("LOGINID_V2_APPLICATION_ID is not set, and {host} does not begin with an id"),
            "set it to the application id that the dashboard shows",
        )),
        None => Ok((
            (),
            format!("{label}, the first part of the host: the audience of tokens"),
        )),
    }
}

fn issuer() -> String {
    let from = match settings::text("v2_issuer") {
        Some(issuer) => format!("{issuer}, from LOGINID_V2_ISSUER"),
        None => "the base URL".to_owned(),
    };
    format!("{from}: tokens of any other are refused")
}

/// The API key, if one is configured, and its source. It is read as the library does, and never printed.
fn api_key() -> Result<Option<(String, String)>, Problem> {
    let (text, origin) = match (
        settings::bytes("v2_api_key"),
        settings::text("v2_api_key_file"),
    ) {
        (None, None) => return Ok(None),
        (Some(_), Some(_)) => {
            return Err(Problem::new(
                "LOGINID_V2_API_KEY and LOGINID_V2_API_KEY_FILE are both set",
                "set one",
            ));
        }
        (Some(text), None) => (text, "LOGINID_V2_API_KEY".to_owned()),
        (None, Some(path)) => (
            keys::read("LOGINID_V2_API_KEY_FILE", Path::new(&path))?,
            format!("LOGINID_V2_API_KEY_FILE, {path}"),
        ),
    };
    let key = text.strip_suffix(b"\n").unwrap_or(&text);
    let key = key.strip_suffix(b"\r").unwrap_or(key);
    let fits = |byte: &u8| byte.is_ascii_graphic() && *byte != b':';
    match str::from_utf8(key) {
        Ok(key) if !key.is_empty() && key.bytes().all(|byte| fits(&byte)) => Ok(Some((
            key.to_owned(),
            format!("of the right form, from {origin}"),
        ))),
        _ => Err(Problem::new(
            format!("{origin}: it is not visible ASCII without ':' and blanks"),
            "give the API key as the dashboard shows it, and nothing else",
        )),
    }
}

/// Each check needs the results of those before it; the first failure ends them.
async fn check_service(
    report: &mut Report,
    address: &Address,
    api_key: Option<String>,
) -> Option<()> {
    let route = Route::from_settings(report, address)?;
    let service = Service {
        address,
        limit: settings::milliseconds("request_timeout_ms", 20_000),
        client_id: None,
    };
    let stream = route.connect(report).await?;
    let answer = service
        .send(stream, "GET", KEY_SET, None, String::new())
        .await;
    let answer = match answer {
        Ok(answer) => answer,
        Err(problem) => {
            report.problem("service", &problem);
            return None;
        }
    };
    clock(report, &answer);
    let keys = report.check("service", read_key_set(&answer))?;
    check_keys(report, &keys);
    let api_key = api_key?;
    report.again = true;
    let stream = route.connect(report).await;
    report.again = false;
    // Without a user, for the least that there is, and good for a few seconds: it changes nothing.
    let body = json!({"grants": ["passkey:read"]}).to_string();
    let authorization = Some(format!("Basic {}", STANDARD.encode(format!("{api_key}:"))));
    match service
        .send(stream?, "POST", GRANT, authorization, body)
        .await
    {
        Ok(answer) => check_grant(report, &answer),
        Err(problem) => report.problem("grant", &problem),
    }
    Some(())
}

fn read_key_set(answer: &Answer) -> Result<(Vec<key_set::Key>, String), Problem> {
    let not_the_service = |found: String| {
        Problem::new(
            found,
            "check the host of LOGINID_V2_BASE_URL: it is not that of an application",
        )
    };
    match answer.status {
        200 => match key_set::read(&answer.body) {
            Ok(keys) => Ok((keys, "the service gives its key set".to_owned())),
            Err(wrong) => Err(not_the_service(format!("GET {KEY_SET}: {wrong}"))),
        },
        300..400 => Err(not_the_service(format!(
            "GET {KEY_SET} is redirected ({}), and the library follows none",
            answer.status
        ))),
        429 | 500.. => Err(later(answer)),
        status => Err(not_the_service(format!(
            "GET {KEY_SET} was refused ({status})"
        ))),
    }
}

fn check_keys(report: &mut Report, keys: &[key_set::Key]) {
    let mut usable = Vec::new();
    for key in keys {
        match &key.unusable {
            None => usable.push(key.name.as_str()),
            Some(why) => report.note("key set", &format!("{} is skipped: {why}", key.name)),
        }
    }
    if usable.is_empty() {
        report.problem(
            "key set",
            &Problem::new(
                "no key is usable: no token can be verified",
                "ask LoginID; tokens are signed with ES256 on curve P-256",
            ),
        );
    } else {
        report.ok("key set", &format!("usable: {}", usable.join(", ")));
    }
}

/// Which scopes the key has beside the one asked for, the service does not say.
fn check_grant(report: &mut Report, answer: &Answer) {
    let code = answer.code();
    match answer.status {
        200..300 => report.ok("grant", "the service accepts the API key"),
        403 => report.ok(
            "grant",
            "the service accepts the API key, which does not have the scope passkey:read (403)",
        ),
        401 => report.problem(
            "grant",
            &Problem::new(
                format!("the service refuses the API key (401 {code})"),
                "take a key of this application from the dashboard: this one may be another application's, or revoked",
            ),
        ),
        429 | 500.. => report.problem("grant", &later(answer)),
        status => report.note(
            "grant",
            &format!("not known whether the service accepts the API key: {status} {code}"),
        ),
    }
}
