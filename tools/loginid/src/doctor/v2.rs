//! The current service: base URL, application and API key, its key set, and whether it accepts the
//! API key.

use loginid::diagnostics::{GrantVerdict, KeySetFound, Service, Setting, SettingValue};
use loginid::v2::{Client, Config};

use super::report::{Problem, Report};
use super::v1::{later, unanswered};
use super::{ONE_ATTEMPT, clock, connection, mistake, settings};

/// The host of an application, as the dashboard shows it, ends so; before it is the application id.
const SERVICE_DOMAIN: &str = ".api.loginid.io";

/// Checks the configuration, and the service with it, unless there is a mistake. The first failure
/// after that ends the checks.
pub fn check(report: &mut Report) {
    let config = match Config::from_env() {
        Ok(config) => config,
        Err(error) => {
            return mistake::report_all(report, Service::V2, Config::mistakes_of_env(), &error);
        }
    };
    let settings = config.settings().to_vec();
    report_settings(report, &settings);
    let client = Client::with_config(config);
    let client = match client.and_then(|client| client.with_options(Some(ONE_ATTEMPT), None)) {
        Ok(client) => client,
        Err(error) => return mistake::report(report, Service::V2, &error),
    };
    let verdict = check_service(report, &client, &settings);
    check_application(report, &client, &settings, verdict);
}

fn report_settings(report: &mut Report, settings: &[Setting]) {
    for setting in settings {
        let origin = settings::origin(Service::V2, setting);
        match (setting.field, &setting.value) {
            ("base_url", SettingValue::Text(url)) => report.ok("base URL", url),
            ("api_key", SettingValue::Redacted) => {
                report.ok("API key", &format!("of the right form, from {origin}"));
            }
            ("api_key_file", SettingValue::Text(path)) => {
                report.ok(
                    "API key",
                    &format!("of the right form, from {origin}, {path}"),
                );
            }
            _ => {}
        }
    }
    if !has_api_key(settings) {
        report.note(
            "API key",
            "none: enough to verify tokens; grants, profiles and remote verification need LOGINID_V2_API_KEY_FILE",
        );
    }
}

fn has_api_key(settings: &[Setting]) -> bool {
    let fields = ["api_key", "api_key_file"];
    let mut keys = settings.iter().filter(|one| fields.contains(&one.field));
    keys.any(|setting| setting.is_given)
}

/// Checks the way to the service, its key set and the API key. Each check needs the results of
/// those before it. Returns what a grant says about the application, if there is one.
fn check_service(
    report: &mut Report,
    client: &Client,
    settings: &[Setting],
) -> Option<GrantVerdict> {
    if !connection::check(report, Service::V2, &client.connection()) {
        return None;
    }
    let (keys, clocks) = client.diagnose_keys();
    clock::check(report, settings, clocks);
    let keys = match keys {
        Ok(keys) => keys,
        Err(error) => {
            let request = "GET /fido2/v2/.well-known/jwks.json";
            report.problem("service", &unanswered(Service::V2, request, &error));
            return None;
        }
    };
    report.ok("service", "the service gives its key set");
    report_keys(report, &keys);
    match has_api_key(settings) {
        true => check_grant(report, client, &keys),
        false => None,
    }
}

fn report_keys(report: &mut Report, keys: &KeySetFound) {
    for (name, why) in &keys.skipped {
        report.note("key set", &format!("{name} is skipped: {why}"));
    }
    if !keys.usable.is_empty() {
        let found = format!("usable: {}", keys.usable.join(", "));
        return report.ok("key set", &found);
    }
    let found = "no key is usable: no token can be verified";
    let advice = "ask LoginID; tokens are signed with ES256 on curve P-256";
    report.problem("key set", &Problem::new(found, advice));
}

/// Which scopes the key has beside the one asked for, the service does not say.
fn check_grant(report: &mut Report, client: &Client, keys: &KeySetFound) -> Option<GrantVerdict> {
    let error = match client.diagnose_grant(keys) {
        Ok(verdict) => {
            report.ok("grant", "the service accepts the API key");
            return Some(verdict);
        }
        Err(error) => error,
    };
    let code = error.code();
    match error.http_status() {
        Some(403) => report.ok(
            "grant",
            "the service accepts the API key, which does not have the scope passkey:read (403)",
        ),
        Some(401) => {
            let found = format!("the service refuses the API key (401 {code})");
            let advice = "take a key of this application from the dashboard: this one may be \
                          another application's, or revoked";
            report.problem("grant", &Problem::of(&error, found, advice));
        }
        Some(status @ (429 | 500..)) => report.problem("grant", &later(status, &error)),
        Some(status @ 400..) => report.note(
            "grant",
            &format!("not known whether the service accepts the API key: {status} {code}"),
        ),
        _ => {
            let request = "POST /fido2/v2/mgmt/grant";
            report.problem("grant", &unanswered(Service::V2, request, &error));
        }
    }
    None
}

/// Whether tokens of users will be for the configured application and from the configured issuer.
/// Only a token shows it. A grant of this service is one; without it, what the host of the base
/// URL shows is all that is known.
fn check_application(
    report: &mut Report,
    client: &Client,
    settings: &[Setting],
    verdict: Option<GrantVerdict>,
) {
    let application = Named::read(settings, "application_id");
    let issuer = Named::read(settings, "issuer");
    match verdict {
        Some(GrantVerdict::Matches) => {
            report.ok(
                "application id",
                &format!(
                    "{}, as in the audience of a grant of the API key",
                    application.value
                ),
            );
            report.ok("issuer", &format!("{}, as in a grant", issuer.in_words()));
        }
        Some(GrantVerdict::Differs { error, found }) if error.code() == "issuer_mismatch" => {
            let wrong = format!(
                "{}, but a grant of the service is from {found}: tokens of users would be refused \
                 (inferred from the grant)",
                issuer.in_words()
            );
            let advice = match issuer.is_given {
                true => "correct LOGINID_V2_ISSUER, or unset it: then it is the base URL",
                false => {
                    "correct LOGINID_V2_BASE_URL, or set LOGINID_V2_ISSUER if it is a gateway's"
                }
            };
            let matching = format!("{}, as in the audience of a grant", application.value);
            report.ok("application id", &matching);
            report.problem("issuer", &Problem::of(&error, wrong, advice));
        }
        Some(GrantVerdict::Differs { error, found }) => {
            let wrong = format!(
                "{}, but a grant of the API key is for {found}: tokens of users would be refused \
                 (inferred from the grant)",
                application.value
            );
            let advice = "set LOGINID_V2_APPLICATION_ID to the id that the dashboard shows, or unset \
                          it if the base URL begins with it; the API key may be another application's";
            report.problem("application id", &Problem::of(&error, wrong, advice));
        }
        Some(GrantVerdict::Unknown(why)) => by_host(report, client, &application, &issuer, &why),
        None => {
            let why = "that needs a grant of an API key, or a token of a user";
            by_host(report, client, &application, &issuer, why);
        }
    }
}

/// What the base URL shows. `why` nothing else is known.
fn by_host(report: &mut Report, client: &Client, application: &Named, issuer: &Named, why: &str) {
    let connection = client.connection();
    let host = connection.host();
    let label = host.split('.').next().unwrap_or_default();
    let host = host.to_ascii_lowercase();
    let id = &application.value;
    if !application.is_given {
        let found = format!("{id}, the first part of the host: the audience of tokens");
        report.ok("application id", &found);
    } else if id == label {
        let found = format!("{id}, as the base URL begins with it (inferred)");
        report.ok("application id", &found);
    } else if id.eq_ignore_ascii_case(label) {
        // The case of a host says nothing, and that of an audience counts.
        let found = format!(
            "{id}, as the base URL begins with it except for case, which counts: not checked: {why}"
        );
        report.note("application id", &found);
    } else if host.trim_end_matches('.').ends_with(SERVICE_DOMAIN) {
        let found = format!(
            "{id}, but the base URL is that of the application {label}: its tokens would be \
             refused (inferred from the host)"
        );
        let advice = "unset LOGINID_V2_APPLICATION_ID, or correct LOGINID_V2_BASE_URL";
        report.problem("application id", &Problem::new(found, advice));
    } else {
        let found = format!("{id}: not checked whether it is the service's: {why}");
        report.note("application id", &found);
    }
    let found = issuer.in_words();
    match issuer.is_given {
        true => report.note("issuer", &format!("{found}: not checked: {why}")),
        false => report.ok(
            "issuer",
            &format!("{found}: tokens of any other are refused"),
        ),
    }
}

/// A setting in effect that is a text.
struct Named {
    value: String,
    is_given: bool,
    origin: String,
}

impl Named {
    fn read(settings: &[Setting], field: &str) -> Named {
        let setting = settings.iter().find(|setting| setting.field == field);
        let value = match setting.map(|setting| &setting.value) {
            Some(SettingValue::Text(text)) => text.clone(),
            _ => String::new(),
        };
        Named {
            value,
            is_given: setting.is_some_and(|setting| setting.is_given),
            origin: setting.map_or(String::new(), |one| settings::origin(Service::V2, one)),
        }
    }

    /// The issuer and where it comes from.
    fn in_words(&self) -> String {
        match self.is_given {
            true => format!("{}, from {}", self.value, self.origin),
            false => "the base URL".to_owned(),
        }
    }
}
