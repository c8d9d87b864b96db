//! The version of the service.

use serde_json::json;

use super::answer::{Answer, Reply};
use super::call::Call;

/// The emulator's own version. It has no `hash`.
pub async fn show(_call: Call) -> Reply {
    Ok(Answer::Json(json!({"version": env!("CARGO_PKG_VERSION")})))
}
