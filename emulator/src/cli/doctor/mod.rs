//! `loginid-emulator doctor`: checks a configuration of the library, from the variables to a token
//! that the service accepts. It never prints a key or a token.

mod address;
mod certificates;
mod connection;
/// The library's own code that reads the configuration, so that both agree.
#[allow(dead_code, reason = "the library uses more of it")]
#[path = "../../../../src/input/mod.rs"]
pub(super) mod input;
mod keys;
mod report;
mod service;
mod settings;
mod trust;

use std::error::Error;
use std::path::Path;
use std::time::Duration;

use aws_lc_rs::signature::EcdsaKeyPair;

use self::connection::Route;
use self::report::{Problem, Report};
use self::service::Caller;
use self::trust::Trust;

/// Checks everything and returns 0 only if all is well.
pub fn doctor(public_key: Option<&Path>) -> Result<u8, Box<dyn Error>> {
    let mut report = Report::default();
    settings::check(&mut report);
    let client_id = report.check("client id", client_id());
    let key = check_keys(&mut report, public_key);
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(check_service(&mut report, client_id, key.as_ref()));
    Ok(u8::from(!report.all_is_well()))
}

fn client_id() -> Result<(String, String), Problem> {
    let advice = "set LOGINID_CLIENT_ID to the client id that the dashboard shows";
    let client_id = settings::text("client_id")
        .ok_or_else(|| Problem::new("LOGINID_CLIENT_ID is not set", advice))?;
    if client_id.bytes().all(|byte| byte.is_ascii_graphic()) {
        Ok((client_id.clone(), client_id))
    } else {
        Err(Problem::new(
            "LOGINID_CLIENT_ID has blanks or characters beyond ASCII",
            advice,
        ))
    }
}

fn check_keys(report: &mut Report, public_key: Option<&Path>) -> Option<EcdsaKeyPair> {
    let key = match keys::private_key() {
        Ok(Some((key, found))) => {
            report.ok("private key", &found);
            key
        }
        Ok(None) if settings::boolean("management") => {
            report.problem(
                "private key",
                &Problem::new(
                    "none, and LOGINID_MANAGEMENT asks for one",
                    "set LOGINID_PRIVATE_KEY or LOGINID_PRIVATE_KEY_FILE",
                ),
            );
            return None;
        }
        Ok(None) => {
            report.note(
                "private key",
                "none: enough for a public application only; set LOGINID_PRIVATE_KEY_FILE if yours has a key",
            );
            if !matches!(keys::public_key(public_key), Ok(None)) {
                report.problem(
                    "public key",
                    &Problem::new(
                        "one is given, and no private key to compare it with",
                        "set LOGINID_PRIVATE_KEY or LOGINID_PRIVATE_KEY_FILE",
                    ),
                );
            }
            return None;
        }
        Err(problem) => {
            report.problem("private key", &problem);
            return None;
        }
    };
    match keys::public_key(public_key) {
        Ok(None) => {}
        Ok(Some(text)) => {
            report.check("public key", keys::compare(&key, &text));
        }
        Err(problem) => report.problem("public key", &problem),
    }
    Some(key)
}

/// Each check needs the results of those before it; the first failure ends them.
async fn check_service(
    report: &mut Report,
    client_id: Option<String>,
    key: Option<&EcdsaKeyPair>,
) -> Option<()> {
    let address = report.check("base URL", address::base_url())?;
    let proxy = report.check("proxy", address::proxy(&address.host));
    let proxy_over_tls = matches!(&proxy, Some(Some(proxy)) if proxy.host.https);
    let trust = if address.host.https || proxy_over_tls {
        report
            .check("trusted roots", Trust::from_settings())
            .map(Some)
    } else {
        match Trust::check_settings() {
            Ok(()) => Some(None),
            Err(problem) => {
                report.problem("trusted roots", &problem);
                None
            }
        }
    };
    let route = Route {
        host: address.host.clone(),
        proxy: proxy?,
        trust: trust?,
        limit: settings::milliseconds("connect_timeout_ms", 5_000),
    };
    let caller = Caller {
        client_id: client_id.as_deref().unwrap_or("unknown"),
        address: &address,
        limit: settings::milliseconds("request_timeout_ms", 20_000),
    };
    let stream = route.connect(report).await?;
    let answer = match caller.certs(stream).await {
        Ok(answer) => answer,
        Err(problem) => {
            report.problem("service", &problem);
            return None;
        }
    };
    let leeway = Duration::from_secs(settings::integer("leeway_s", 60));
    service::clock(report, &answer, leeway);
    report.check("service", service::check_key(&answer))?;
    let (client_id, key) = (client_id.as_deref()?, key?);
    report.again = true;
    let stream = route.connect(report).await;
    report.again = false;
    let answer = caller.unknown_user(stream?, key).await;
    report.check(
        "service token",
        answer.and_then(|answer| service::check_token(&answer, client_id)),
    )
}
