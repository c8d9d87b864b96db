//! `loginid token verify`: the library's own verification.

use loginid::diagnostics::{Service, decode_unverified};
use loginid::{Client, Config, Error, Status, v2};
use serde_json::{Value, json};

use super::times;
use crate::arguments::Verify;
use crate::config::source;
use crate::failure::Failure;
use crate::{files, output};

/// The exit statuses.
const VALID: u8 = 0;
const INVALID: u8 = 1;
const WRONG_CONFIGURATION: u8 = 2;
const NOT_CHECKED: u8 = 3;

pub fn run(options: &Verify, as_json: bool) -> Result<u8, Failure> {
    let config = options.config.as_deref();
    let config = config
        .map(|path| files::text("--config", path))
        .transpose()?;
    let config = config.as_ref().map(|text| text.as_str());
    let service = match (options.service, config) {
        (Some(service), _) => service,
        (None, Some(config)) => source::service_of(config),
        (None, None) => source::configured_service()?,
    };
    check_options(options, service)?;
    let token = files::token(options.token_file.as_deref())?;
    let keys = keys(options, &token)?;
    let result = match service {
        Service::V1 => verify_v1(options, config, &keys, &token),
        Service::V2 => verify_v2(options, config, &keys, &token),
    };
    let result = result?;
    report(service, result, as_json)
}

fn check_options(options: &Verify, service: Service) -> Result<(), Failure> {
    let wrong = match service {
        Service::V1 if options.key_set.is_some() => "--key-set is for v2: v1 has --public-key",
        Service::V2 if options.public_key.is_some() => "--public-key is for v1: v2 has --key-set",
        Service::V2 if options.tx_payload.is_some() && options.nonce.is_none() => {
            "--tx-payload needs --nonce"
        }
        Service::V1 if options.tx_payload.is_some() && options.username.is_some() => {
            "with v1, a transaction is verified without --username"
        }
        _ if options.nonce.is_some() && options.tx_payload.is_none() => {
            "--nonce belongs to --tx-payload"
        }
        _ => return Ok(()),
    };
    Err(Failure::Usage(wrong.to_owned()))
}

/// The fields of the configuration, as JSON, with the keys that the options name.
fn keys(options: &Verify, token: &str) -> Result<String, Failure> {
    if let Some(path) = options.public_key.as_deref() {
        let key = files::text("--public-key", path)?;
        // The key is for this token, whatever id it names.
        let decoded = decode_unverified(token).unwrap_or_default();
        let decoded: Value = serde_json::from_str(&decoded).unwrap_or_default();
        let kid = decoded["header"]["kid"].as_str().unwrap_or_default();
        let fields = json!({"public_keys": { kid: key.as_str() }, "fetch_keys": false});
        return Ok(fields.to_string());
    }
    if let Some(path) = options.key_set.as_deref() {
        let set = source::object("--key-set", path)?;
        // As it is, for the library to find what is wrong with it.
        return Ok(format!(r#"{{"jwks":{},"fetch_keys":false}}"#, set.as_str()));
    }
    Ok("{}".to_owned())
}

/// What verification says, or a failure before it.
type Verified = Result<Result<String, Error>, Failure>;

fn verify_v1(options: &Verify, config: Option<&str>, keys: &str, token: &str) -> Verified {
    let config = match config {
        Some(config) => Config::from_json_with(config, keys),
        None => Config::from_env_with(keys),
    };
    let client = match config.and_then(Client::with_config) {
        Ok(client) => client,
        Err(error) => return Ok(Err(error)),
    };
    let username = options.username.as_deref();
    let Some(path) = options.tx_payload.as_deref() else {
        return Ok(client.verify_token(token, username));
    };
    let payload = files::text("--tx-payload", path)?;
    Ok(client.verify_transaction(token, &payload, options.nonce.as_deref()))
}

fn verify_v2(options: &Verify, config: Option<&str>, keys: &str, token: &str) -> Verified {
    let config = match config {
        Some(config) => v2::Config::from_json_with(config, keys),
        None => v2::Config::from_env_with(keys),
    };
    let client = match config.and_then(v2::Client::with_config) {
        Ok(client) => client,
        Err(error) => return Ok(Err(error)),
    };
    let username = options.username.as_deref();
    let Some(path) = options.tx_payload.as_deref() else {
        return Ok(client.verify_token(token, username));
    };
    let payload = files::text("--tx-payload", path)?;
    let nonce = options.nonce.as_deref().unwrap_or_default();
    Ok(client.verify_transaction(token, &payload, nonce, username))
}

fn status(error: &Error) -> u8 {
    match error.status() {
        Status::LID_ERROR_TOKEN_INVALID
        | Status::LID_ERROR_TOKEN_EXPIRED
        | Status::LID_ERROR_CLAIM_MISMATCH => INVALID,
        Status::LID_ERROR_CONFIG
        | Status::LID_ERROR_PRIVATE_KEY
        | Status::LID_ERROR_INVALID_ARGUMENT => WRONG_CONFIGURATION,
        _ => NOT_CHECKED,
    }
}

fn report(service: Service, result: Result<String, Error>, as_json: bool) -> Result<u8, Failure> {
    let name = source::name(service);
    let error = match result {
        Ok(verified) => {
            let verified: Value = serde_json::from_str(&verified)
                .map_err(|_| Failure::Failed("the library's answer is not JSON".to_owned()))?;
            let times = times::in_words(&verified["claims"]);
            if as_json {
                output::json(&json!({
                    "valid": true, "service": name, "header": verified["header"],
                    "claims": verified["claims"], "times": times, "error": null,
                }))?;
                return Ok(VALID);
            }
            output::line(&format!("valid: verified as a token of {name}"))?;
            for (claim, value) in verified["claims"].as_object().into_iter().flatten() {
                match times.get(claim).and_then(Value::as_str) {
                    Some(words) => output::line(&format!("  {claim}: {words}"))?,
                    None => output::line(&format!("  {claim}: {value}"))?,
                }
            }
            return Ok(VALID);
        }
        Err(error) => error,
    };
    let status = status(&error);
    if as_json {
        let object: Value = serde_json::from_str(&error.to_json()).unwrap_or_default();
        // Null: it is not known.
        let valid = (status == INVALID).then_some(false);
        output::json(&json!({
            "valid": valid, "service": name, "header": null, "claims": null, "times": null,
            "error": object["error"],
        }))?;
        return Ok(status);
    }
    let verdict = match status {
        INVALID => "invalid",
        WRONG_CONFIGURATION => "not checked, since the configuration is wrong",
        _ => "not checked",
    };
    output::line(&format!(
        "{verdict}: {} ({})",
        error.message(),
        error.code()
    ))?;
    Ok(status)
}
