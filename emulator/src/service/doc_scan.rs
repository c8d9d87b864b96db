//! Scans of identity documents. The scanning itself, in an iframe with the real service, is the tester's.

use serde_json::{Map, Value, json};

use super::answer::{
    Answer, Identity, Reply, authentication_response, issue_token, unauthenticated_response,
};
use super::call::Call;
use super::fido2::credential_name;
use crate::error::ServiceError;
use crate::state::State;
use crate::state::credential::{
    Credential, CredentialStatus, CredentialType, Material, Scan, credential_not_found,
};
use crate::state::user::User;

/// Begins adding a document: a credential that waits for its scan.
pub async fn add_init(call: Call) -> Reply {
    let name = credential_name(&call.body, "Document")?;
    let mut world = call.state.world();
    let user = world.users.find_mut(&call.subject)?;
    user.require_active()?;
    let material = Material::DocScan(Scan::default());
    let mut credential = Credential::new(
        CredentialType::Authid,
        &name,
        material,
        call.state.clock.now(),
    );
    credential.status = CredentialStatus::Inactive;
    let answer = begun(&call.state, &credential);
    user.credentials.push(credential);
    Ok(Answer::Json(answer))
}

/// Ends adding a document: the application activates the credential, or discards it.
pub async fn add_complete(call: Call) -> Reply {
    let activate = call.body.flag("activate_credential")?;
    let now = call.state.clock.now();
    let (who, credential) = {
        let mut world = call.state.world();
        let user = world.users.find_mut(&call.subject)?;
        user.require_active()?;
        let who = Identity::from(&*user);
        let (credential, scan) = document(user, call.body.text("credential_uuid")?)?;
        if credential.status != CredentialStatus::Inactive {
            return Err(ServiceError::refused(
                "credential_already_completed",
                "The credential was already completed",
            ));
        }
        if !scan.outcome()? && activate {
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
        // A log-in takes a scan of its own.
        credential.material = Material::DocScan(Scan { used: true, ..scan });
        (who, credential.clone())
    };
    let (state, application) = (&call.state, &call.application);
    Ok(Answer::Json(if activate {
        authentication_response(
            state,
            application,
            &who,
            "add_credential",
            Some(&credential),
        )
    } else {
        unauthenticated_response(state, application, &who, Some(&credential))
    }))
}

/// Tells where the results of a scan are found, and gives the token to fetch them with.
pub async fn evaluate(call: Call) -> Reply {
    let uuid = call.body.text("credential_uuid")?;
    let who = {
        let mut world = call.state.world();
        let user = world.users.find_mut(&call.subject)?;
        document(user, uuid)?.1.outcome()?;
        Identity::from(&*user)
    };
    let own = Map::from_iter([("credential_uuid".to_owned(), json!(uuid))]);
    let url = scan_url(&call.state, uuid);
    // The SDKs do not agree on the name of the address.
    Ok(Answer::Json(json!({
        "request_url": url,
        "result_url": url,
        "token_type": "Bearer",
        "auth_token": issue_token(&call.state, &call.application.client_id, &who, "evaluate", own),
    })))
}

/// Begins a log-in: the document is to be scanned again.
pub async fn login_init(call: Call) -> Reply {
    let options = call.body.optional_object("options")?.unwrap_or_default();
    let wanted = options.optional_text("credential_uuid")?;
    let mut world = call.state.world();
    let user = world.users.find_mut(&call.subject)?;
    user.require_active()?;
    let usable = |credential: &&mut Credential| {
        credential.is_active()
            && matches!(credential.material, Material::DocScan(_))
            && wanted.is_none_or(|uuid| uuid == credential.uuid)
    };
    let credential = user
        .credentials
        .iter_mut()
        .find(usable)
        .ok_or_else(credential_not_found)?;
    credential.material = Material::DocScan(Scan::default());
    Ok(Answer::Json(begun(&call.state, credential)))
}

/// Logs in with a scan that has passed since the log-in began.
pub async fn login_complete(call: Call) -> Reply {
    let (who, credential) = {
        let mut world = call.state.world();
        let user = world.users.find_mut(&call.subject)?;
        user.require_active()?;
        let who = Identity::from(&*user);
        let (credential, scan) = document(user, call.body.text("credential_uuid")?)?;
        if !credential.is_active() {
            return Err(credential_not_found());
        }
        let passed = scan.outcome()?;
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
        (who, credential.clone())
    };
    let response = authentication_response(
        &call.state,
        &call.application,
        &who,
        "login",
        Some(&credential),
    );
    Ok(Answer::Json(response))
}

/// Decides a scan that goes on, as the scanning party would.
pub fn decide(state: &State, uuid: &str, passed: bool) -> Result<Value, ServiceError> {
    let mut world = state.world();
    let mut documents = world
        .users
        .iter_mut()
        .filter_map(|user| document(user, uuid).ok());
    let (credential, scan) = documents.next().ok_or_else(credential_not_found)?;
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

/// A scan as the scanning party sees it.
pub fn show(state: &State, uuid: &str) -> Result<Value, ServiceError> {
    let mut world = state.world();
    let mut documents = world
        .users
        .iter_mut()
        .filter_map(|user| document(user, uuid).ok());
    let (credential, scan) = documents.next().ok_or_else(credential_not_found)?;
    Ok(json!({"credential_uuid": uuid, "status": credential.status, "passed": scan.passed}))
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

fn begun(state: &State, credential: &Credential) -> Value {
    json!({"credential_uuid": credential.uuid, "iframe_url": scan_url(state, &credential.uuid)})
}

fn scan_url(state: &State, uuid: &str) -> String {
    format!("{}/_emulator/doc-scans/{uuid}", state.base_url)
}
