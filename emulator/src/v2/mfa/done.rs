//! The answer to the step that was enough.

use serde_json::{Value, json};

use crate::state::State;
use crate::state::v2::application::Application;
use crate::v2::token::{self, Confirmed, Login};
use crate::v2::transactions;

/// The tokens of a login. What the emulator does not have stays empty: identity and refresh tokens.
pub fn answer(
    state: &State,
    application: &Application,
    login: &Login,
    flow: &str,
    signed_payload: Option<&str>,
) -> Value {
    json!({
        "accessToken": token::of_login(state, application, login),
        "idToken": "",
        "refreshToken": "",
        "payload": signed_payload.unwrap_or_default(),
        "payloadSignature": signed_payload
            .map(|payload| signature(state, application, login, payload))
            .unwrap_or_default(),
        "flow": flow,
        "deviceId": login.device_id,
    })
}

/// A transaction token for a payload that was signed with a passkey. The browser gives no nonce, so it is empty:
/// the emulator's choice.
fn signature(state: &State, application: &Application, login: &Login, payload: &str) -> String {
    let service_nonce = transactions::new_nonce();
    let confirmed = Confirmed {
        user_id: &login.user_id,
        username: &login.username,
        passkey_id: login.passkey_id.as_deref(),
        hash: &transactions::hash(payload, "", &service_nonce),
        nonce: "",
        service_nonce: &service_nonce,
    };
    token::of_transaction(state, application, &confirmed)
}
