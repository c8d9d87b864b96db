//! Mistakes in a configuration: the library finds them, and names fields; here they get the
//! variable that sets the field, and what to do.

use loginid::Error;
use loginid::diagnostics::Service;

use super::report::{Problem, Report, is_word};

/// Reports all mistakes of the configuration, the first of which is this one.
pub fn report_all(report: &mut Report, service: Service, all: Vec<Error>, first: &Error) {
    self::report(report, service, first);
    for mistake in all.iter().skip(1) {
        self::report(report, service, mistake);
    }
}

/// Reports a mistake with its subject.
pub fn report(report: &mut Report, service: Service, error: &Error) {
    let found = with_variables(service, error.message());
    let subject = subject(service, error, &found);
    let found = match error.code() {
        "private_key_required" => format!("LOGINID_MANAGEMENT is true, and {found}"),
        _ => found,
    };
    // A variable of both services may be found wrong twice.
    if report.has(&found) {
        return;
    }
    let problem = Problem::of(error, found, advice(error.code()));
    // A variable of both services, or of none, belongs to neither.
    let checked = report.service;
    let is_shared = match subject {
        "settings" => true,
        "proxy" | "trusted roots" => report.has_both,
        _ => false,
    };
    if is_shared {
        report.service = None;
    }
    report.problem(subject, &problem);
    report.service = checked;
}

/// The message with the variable of each field that it names.
pub fn with_variables(service: Service, message: &str) -> String {
    let variables = service.variables();
    let mut text = String::new();
    let mut rest = message;
    while !rest.is_empty() {
        let end = rest
            .find(|character| !is_word(character))
            .unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        // "proxy" and "issuer" are English words too: fields only as the first word.
        let may_be_field = text.is_empty() || word.contains('_');
        let variable = variables
            .iter()
            .find(|variable| may_be_field && variable.field == word);
        text.push_str(variable.map_or(word, |variable| &variable.name));
        let length = after.chars().next().map_or(0, char::len_utf8);
        let (between, after) = after.split_at(length);
        text.push_str(between);
        rest = after;
    }
    text
}

/// What a mistake is about: what its code says, or the variable that the message begins with.
fn subject(service: Service, error: &Error, found: &str) -> &'static str {
    match error.code() {
        "invalid_client_id" => return "client id",
        "invalid_base_url" | "insecure_base_url" => return "base URL",
        "invalid_proxy" => return "proxy",
        "invalid_certificate" => return "trusted roots",
        "invalid_api_key" => return "API key",
        "invalid_private_key"
        | "unsupported_private_key"
        | "encrypted_private_key"
        | "public_key_given"
        | "private_key_required" => return "private key",
        _ => {}
    }
    let first = found.split([' ', ':']).next().unwrap_or_default();
    if first.starts_with("SSL_CERT_") || first == "the" && error.code() == "unreadable_file" {
        return "trusted roots";
    }
    let variables = service.variables();
    let variable = variables.iter().find(|variable| variable.name == first);
    let is_about_value = matches!(
        error.code(),
        "missing_field" | "invalid_field" | "contradictory_fields" | "unreadable_file"
    );
    match variable.map(|variable| variable.field) {
        Some(field) if is_about_value => match field {
            "client_id" => "client id",
            "base_url" => "base URL",
            "private_key" | "private_key_file" => "private key",
            "api_key" | "api_key_file" => "API key",
            "application_id" => "application id",
            "issuer" => "issuer",
            "ca_file" | "ca_pem" | "client_cert_pem" | "client_key_pem" => "trusted roots",
            _ => "settings",
        },
        _ => "settings",
    }
}

/// What to do about a mistake.
pub fn advice(code: &str) -> &'static str {
    match code {
        "missing_field" => "set it to what the dashboard shows",
        "unknown_field" => "correct its name, or give it one that does not begin with LOGINID_",
        "mistyped_field" | "out_of_range" | "invalid_field" => "correct its value",
        "contradictory_fields" => "unset one of them, or set what is missing",
        "invalid_client_id" => "set LOGINID_CLIENT_ID to the client id that the dashboard shows",
        "invalid_base_url" => "give the URL as the dashboard shows it",
        "insecure_base_url" => {
            "use https, or set LOGINID_ALLOW_HTTP=true if you know that the path is safe"
        }
        "invalid_proxy" => "give a URL like http://proxy.example.com:3128; SOCKS is not supported",
        "invalid_certificate" => "give PEM, from '-----BEGIN CERTIFICATE-----' on",
        "unreadable_file" => "correct the path, or let this user read what it names",
        "invalid_api_key" => "give the API key as the dashboard shows it, and nothing else",
        "request_too_large" => {
            "shorten what a request has of the configuration: base URL, user agent, client id, API key"
        }
        "private_key_required" => "set LOGINID_PRIVATE_KEY or LOGINID_PRIVATE_KEY_FILE",
        "public_key_given" => "give the private key; the public one belongs on the dashboard",
        "invalid_private_key" | "unsupported_private_key" | "encrypted_private_key" => {
            "give all of an unencrypted P-256 key, from '-----BEGIN PRIVATE KEY-----' on; \
             loginid keygen makes one"
        }
        _ => "correct the configuration",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_become_variables_and_words_stay_words() {
        for (service, message, shown) in [
            (
                Service::V1,
                "ca_pem and ca_file are both given",
                "LOGINID_CA_PEM and LOGINID_CA_FILE are both given",
            ),
            (
                Service::V1,
                "proxy has blanks: the proxy's issuer",
                "LOGINID_PROXY has blanks: the proxy's issuer",
            ),
            (
                Service::V2,
                "the host of base_url; ca_files",
                "the host of LOGINID_V2_BASE_URL; ca_files",
            ),
            (
                Service::V2,
                "LOGINID_V2_BASE_URL is not set — é",
                "LOGINID_V2_BASE_URL is not set — é",
            ),
        ] {
            assert_eq!(with_variables(service, message), shown);
        }
    }
}
