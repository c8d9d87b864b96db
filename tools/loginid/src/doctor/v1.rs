//! The older service: client id and key pair, and whether it accepts our tokens.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use loginid::diagnostics::{Service, Setting, SettingValue};
use loginid::{Client, Config, Error, Status};

use crate::config::source::is_configured;

use super::report::{Problem, Report};
use super::{ONE_ATTEMPT, clock, connection, mistake, settings};

/// Checks the configuration, and the service with it, unless there is a mistake. The first failure
/// after that ends the checks.
pub fn check(report: &mut Report, public_key: Option<&Path>) {
    let config = match Config::from_env() {
        Ok(config) => config,
        Err(error) if error.code() == "missing_field" && !is_configured(Service::V1) => {
            let found = format!(
                "{}, nor LOGINID_V2_BASE_URL, for the current service",
                error.message()
            );
            let advice = "set the one of your application to what the dashboard shows";
            return report.problem("client id", &Problem::of(&error, found, advice));
        }
        Err(error) => {
            return mistake::report_all(report, Service::V1, Config::mistakes_of_env(), &error);
        }
    };
    let settings = config.settings().to_vec();
    report_settings(report, &settings);
    let client = Client::with_config(config);
    let client = match client.and_then(|client| client.with_options(Some(ONE_ATTEMPT), None)) {
        Ok(client) => client,
        Err(error) => return mistake::report(report, Service::V1, &error),
    };
    let has_key = has_private_key(&settings);
    check_public_key(report, &client, has_key, public_key);
    if !connection::check(report, Service::V1, &client.connection()) {
        return;
    }
    let (key, clocks) = client.diagnose_key();
    clock::check(report, &settings, clocks);
    match key {
        Ok(()) => report.ok("service", "the service gives its public key"),
        Err(error) => {
            let problem = unanswered(Service::V1, "GET /certs", &error);
            return report.problem("service", &problem);
        }
    }
    if has_key {
        check_token(report, &client, &settings);
    }
}

fn report_settings(report: &mut Report, settings: &[Setting]) {
    for setting in settings {
        let origin = settings::origin(Service::V1, setting);
        match (setting.field, &setting.value) {
            ("client_id", SettingValue::Text(id)) => report.ok("client id", id),
            ("private_key", SettingValue::Redacted) => {
                report.ok("private key", &format!("ECDSA on P-256, from {origin}"));
            }
            ("private_key_file", SettingValue::Text(path)) => {
                let found = format!("ECDSA on P-256, from {origin}, {path}");
                report.ok("private key", &found);
            }
            ("base_url", SettingValue::Text(url)) if setting.is_given => report.ok("base URL", url),
            ("base_url", SettingValue::Text(url)) => {
                let found = format!("{url}, the public service, since LOGINID_BASE_URL is not set");
                report.ok("base URL", &found);
            }
            // Any issuer is accepted without it.
            ("issuer", SettingValue::Text(issuer)) => {
                let found = format!(
                    "{issuer}, from {origin}: tokens of any other are refused; not checked: that \
                     needs a token of a user"
                );
                report.note("issuer", &found);
            }
            _ => {}
        }
    }
    if !has_private_key(settings) {
        report.note(
            "private key",
            "none: enough for a public application only; set LOGINID_PRIVATE_KEY_FILE if yours has a key",
        );
    }
}

fn has_private_key(settings: &[Setting]) -> bool {
    let fields = ["private_key", "private_key_file"];
    let mut keys = settings.iter().filter(|one| fields.contains(&one.field));
    keys.any(|setting| setting.is_given)
}

fn check_public_key(report: &mut Report, client: &Client, has_key: bool, option: Option<&Path>) {
    let key = match settings::public_key(option) {
        None => return,
        Some(Ok(key)) => key,
        Some(Err(problem)) => return report.problem("public key", &problem),
    };
    if !has_key {
        let found = "one is given, and no private key to compare it with";
        let advice = "set LOGINID_PRIVATE_KEY or LOGINID_PRIVATE_KEY_FILE";
        return report.problem("public key", &Problem::new(found, advice));
    }
    match client.has_public_key(&key) {
        Ok(true) => report.ok("public key", "it belongs to the private key"),
        Ok(false) => {
            let found = "it is not the public key of the private key";
            let advice = "take the private key's own public key, from 'openssl pkey -in key.pem \
                          -pubout', or the private key that the public key was made with";
            report.problem("public key", &Problem::new(found, advice));
        }
        Err(error) => {
            let advice = "give the PEM of the public key, from '-----BEGIN PUBLIC KEY-----' on";
            report.problem("public key", &Problem::of(&error, error.message(), advice));
        }
    }
}

/// The problem of a service that does not answer a request as it should.
pub fn unanswered(service: Service, request: &str, error: &Error) -> Problem {
    let why = mistake::with_variables(service, error.message());
    let variable = service.variable("base_url").unwrap_or_default();
    // These say nothing about what answers there.
    let other_advice = match (error.status(), error.code()) {
        (Status::LID_ERROR_NETWORK | Status::LID_ERROR_TLS | Status::LID_ERROR_TIMEOUT, _) => {
            Some(format!("check {variable} and the network, and try again"))
        }
        (Status::LID_ERROR_INVALID_ARGUMENT | Status::LID_ERROR_CONFIG, code) => {
            Some(mistake::advice(code).to_owned())
        }
        (_, "response_too_large") => Some(format!(
            "unset LOGINID_MAX_RESPONSE_BYTES or set it higher, or correct {variable}"
        )),
        _ => None,
    };
    if let Some(advice) = other_advice {
        return Problem::of(error, format!("{request}: {why}"), advice);
    }
    let found = match error.http_status() {
        Some(status @ (429 | 500..)) => return later(status, error),
        Some(status @ 300..400) => {
            format!("{request} is redirected ({status}), and the library follows none")
        }
        Some(status @ 400..500) => format!("{request} was refused ({status}): {why}"),
        _ => format!("{request}: {why}"),
    };
    let advice = format!("check {variable}: what it names is not LoginID's service");
    Problem::of(error, found, advice)
}

/// The problem of a service that cannot answer now.
pub fn later(status: u16, error: &Error) -> Problem {
    let code = error.code();
    let found = format!("the service cannot answer now ({status} {code})");
    Problem::of(error, found, "try again later")
}

/// Requests a user that does not exist, which changes nothing.
fn check_token(report: &mut Report, client: &Client, settings: &[Setting]) {
    let error = match client.get_user(&unknown_user()) {
        Ok(_) => return report.ok("service token", "accepted"),
        Err(error) => error,
    };
    let code = error.code();
    let client_id = settings.iter().find(|one| one.field == "client_id");
    let client_id = match client_id.map(|setting| &setting.value) {
        Some(SettingValue::Text(id)) => id.as_str(),
        _ => "",
    };
    let problem = match error.http_status() {
        Some(404) if code == "user_not_found" => return report.ok("service token", "accepted"),
        Some(403) => {
            let found = "accepted, but the application may not manage users (403)";
            return report.ok("service token", found);
        }
        Some(401) => Problem::of(
            &error,
            format!("refused (401 {code}): key and client id do not belong together"),
            format!(
                "give the application {client_id} the public key of this private key on the \
                 dashboard, or correct LOGINID_CLIENT_ID; a wrong clock has the same effect"
            ),
        ),
        Some(status @ (429 | 500..)) => later(status, &error),
        Some(status) => Problem::of(
            &error,
            format!("an unexpected answer ({status} {code})"),
            "check host and path of LOGINID_BASE_URL",
        ),
        None => unanswered(Service::V1, "a request for a user", &error),
    };
    report.problem("service token", &problem);
}

/// A name that nobody has. The domain cannot exist (RFC 2606).
fn unknown_user() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = now.unwrap_or_default().as_nanos();
    format!("{now}-{}@doctor.invalid", std::process::id())
}
