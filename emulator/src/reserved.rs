//! The paths of the emulator itself. Their requests are not recorded, and no fault applies to them.

/// Where the control API is served.
pub const CONTROL: &str = "/_emulator";

/// Where supervisors ask whether the emulator answers.
pub const HEALTH: &str = "/healthz";
