//! Scans of identity documents. The user scans the document in an iframe: here its page, or the control API,
//! sets the result.

use serde_json::{Map, Value, json};

use super::answer::{Answer, Reply, unauthenticated_response};
use super::attestation::credential_name;
use super::call::Call;
use super::token::{Identity, issue_token};
use crate::error::ServiceError;
use crate::state::State;
use crate::state::credential::{
    Credential, CredentialStatus, CredentialType, Material, Scan, credential_not_found,
};
use crate::state::user::{User, Users};

/// Adds a document credential, pending until its scan is completed.
pub async fn add_init(call: Call) -> Reply {
    let name = credential_name(&call.body, "Document")?;
    let mut world = call.state.world();
    let user = world.users.find_active_mut(&call.subject)?;
    let material = Material::DocScan(Scan::default());
    let mut credential = Credential::new(CredentialType::Authid, &name, material, call.now());
    credential.status = CredentialStatus::Pending;
    let answer = scan_started(&call.state, &credential);
    user.credentials.push(credential);
    Ok(Answer::Json(answer))
}

/// Completes a document credential: the application activates or discards it.
pub async fn add_complete(call: Call) -> Reply {
    let activate = call.body.flag("activate_credential")?;
    let now = call.now();
    let (identity, credential) = {
        let mut world = call.state.world();
        let user = world.users.find_active_mut(&call.subject)?;
        let identity = Identity::from(&*user);
        let (credential, scan) = document(user, call.body.text("credential_uuid")?)?;
        if credential.status != CredentialStatus::Pending {
            return Err(ServiceError::refused(
                "credential_already_completed",
                "The credential was already completed",
            ));
        }
        if !scan.result()? && activate {
            return Err(ServiceError::refused(
                "scan_failed",
                "The document did not pass its scan",
            ));
        }
        let status = if activate {
            CredentialStatus::Active
        } else {
            CredentialStatus::Revoked
        };
        credential.set_status(status, now);
        // A later login needs a new scan.
        credential.material = Material::DocScan(Scan { used: true, ..scan });
        (identity, credential.clone())
    };
    if activate {
        return call.authenticated(&identity, "add_credential", Some(&credential));
    }
    Ok(Answer::Json(unauthenticated_response(
        &call.state,
        &call.application,
        &identity,
        Some(&credential),
    )))
}

/// Returns the URL of a scan's results and a token to fetch them.
pub async fn evaluate(call: Call) -> Reply {
    let uuid = call.body.text("credential_uuid")?;
    let identity = {
        let mut world = call.state.world();
        let user = world.users.find_mut(&call.subject)?;
        document(user, uuid)?.1.result()?;
        Identity::from(&*user)
    };
    let claims = Map::from_iter([("credential_uuid".to_owned(), json!(uuid))]);
    let url = format!("{}/result", page_url(&call.state, uuid));
    // Two SDKs use two names for this URL.
    Ok(Answer::Json(json!({
        "request_url": url,
        "result_url": url,
        "token_type": "Bearer",
        "auth_token": issue_token(&call.state, &call.application.client_id, &identity, "evaluate", claims),
    })))
}

/// Starts a login with a new scan of the document.
pub async fn login_init(call: Call) -> Reply {
    let options = call.body.optional_object("options")?.unwrap_or_default();
    let requested = options.optional_text("credential_uuid")?;
    let mut world = call.state.world();
    let user = world.users.find_active_mut(&call.subject)?;
    let usable = |credential: &&mut Credential| {
        credential.is_active()
            && matches!(credential.material, Material::DocScan(_))
            && requested.is_none_or(|uuid| uuid == credential.uuid)
    };
    let credential = user
        .credentials
        .iter_mut()
        .find(usable)
        .ok_or_else(credential_not_found)?;
    credential.material = Material::DocScan(Scan::default());
    Ok(Answer::Json(scan_started(&call.state, credential)))
}

/// Logs in with the scan, if it has passed.
pub async fn login_complete(call: Call) -> Reply {
    let (identity, credential) = {
        let mut world = call.state.world();
        let user = world.users.find_active_mut(&call.subject)?;
        let identity = Identity::from(&*user);
        let (credential, scan) = document(user, call.body.text("credential_uuid")?)?;
        if !credential.is_active() {
            return Err(credential_not_found());
        }
        let passed = scan.result()?;
        if scan.used {
            return Err(ServiceError::refused(
                "scan_not_completed",
                "The scan was already used",
            ));
        }
        credential.material = Material::DocScan(Scan { used: true, ..scan });
        if !passed {
            return Err(ServiceError::not_authenticated(
                "the document did not pass its scan",
            ));
        }
        (identity, credential.clone())
    };
    call.authenticated(&identity, "login", Some(&credential))
}

/// Sets the result of a pending scan.
pub fn decide(state: &State, uuid: &str, passed: bool) -> Result<Value, ServiceError> {
    let mut world = state.world();
    let (credential, scan) = any_document(&mut world.users, uuid)?;
    if scan.passed.is_some() {
        return Err(ServiceError::refused(
            "scan_already_completed",
            "The scan was already decided",
        ));
    }
    credential.material = Material::DocScan(Scan {
        passed: Some(passed),
        ..scan
    });
    Ok(json!({"credential_uuid": uuid, "passed": passed}))
}

/// The scans of all users, by user.
pub fn list(state: &State) -> Vec<Value> {
    let world = state.world();
    let mut users: Vec<_> = world.users.iter().collect();
    users.sort_by(|a, b| a.username.cmp(&b.username));
    let scans = users.into_iter().flat_map(|user| {
        user.credentials.iter().filter_map(|credential| {
            let Material::DocScan(scan) = credential.material else {
                return None;
            };
            Some(json!({
                "username": user.username,
                "credential_uuid": credential.uuid,
                "status": credential.status,
                "passed": scan.passed,
                "iframe_url": page_url(state, &credential.uuid),
            }))
        })
    });
    scans.collect()
}

/// The state of a scan.
pub fn show(state: &State, uuid: &str) -> Result<Value, ServiceError> {
    let mut world = state.world();
    let (credential, scan) = any_document(&mut world.users, uuid)?;
    Ok(json!({"credential_uuid": uuid, "status": credential.status, "passed": scan.passed}))
}

fn any_document<'a>(
    users: &'a mut Users,
    uuid: &str,
) -> Result<(&'a mut Credential, Scan), ServiceError> {
    users
        .iter_mut()
        .find_map(|user| document(user, uuid).ok())
        .ok_or_else(credential_not_found)
}

fn document<'a>(
    user: &'a mut User,
    uuid: &str,
) -> Result<(&'a mut Credential, Scan), ServiceError> {
    let credential = user.credential_mut(uuid)?;
    match credential.material {
        Material::DocScan(scan) => Ok((credential, scan)),
        _ => Err(credential_not_found()),
    }
}

fn scan_started(state: &State, credential: &Credential) -> Value {
    json!({"credential_uuid": credential.uuid, "iframe_url": page_url(state, &credential.uuid)})
}

/// Where the user scans the document: [`super::scan_page`].
fn page_url(state: &State, uuid: &str) -> String {
    format!("{}/authid/{uuid}", state.base_url)
}
