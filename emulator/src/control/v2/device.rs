//! The device of a user, which the control API plays. It has a passkey, and needs no browser.

use std::sync::Arc;

use crate::encoding::random;
use crate::error::ServiceError;
use crate::state::State;
use crate::state::v2::application::Application;
use crate::state::v2::new_id;
use crate::state::v2::passkey::{Passkey, Use};
use crate::v2::authenticators;
use crate::v2::token::Login;

/// Authenticators that hide what they are send zeros.
const AAGUID: [u8; 16] = [0; 16];

/// Logs a user in with their first passkey. A new user signs up with one, and one without any gets one.
pub fn log_in(
    state: &Arc<State>,
    application: &Application,
    username: &str,
) -> Result<Login, ServiceError> {
    let now = state.clock.now();
    let id = &application.id;
    let mut world = state.v2.world();
    if world.users.named(id, username).is_none() {
        world.users.add(id, &new_id(), username)?;
    }
    let user = world.users.named_mut(id, username);
    let user = user.ok_or_else(crate::state::v2::user::user_not_found)?;
    if user.passkeys.is_empty() {
        user.passkeys.push(Passkey {
            id: new_id(),
            name: "Passkey".to_owned(),
            credential_id: random::<32>().to_vec(),
            aaguid: AAGUID,
            provider: authenticators::name(&AAGUID),
            key: None,
            synced: false,
            transports: vec!["internal".to_owned()],
            created: now,
            last_used: None,
        });
    }
    let passkey = user.passkeys.first_mut();
    let passkey_id = passkey.map(|passkey| {
        passkey.last_used = Some(Use {
            at: now,
            device: None,
        });
        passkey.id.clone()
    });
    Ok(Login {
        user_id: user.id.clone(),
        username: user.username.clone(),
        passkey_id,
        rp_id: application.relying_party().rp_id().to_owned(),
        device_id: new_id(),
    })
}
