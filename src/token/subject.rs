//! The user that a call names.

/// The username takes precedence over the user id.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Subject<'a> {
    pub(crate) username: Option<&'a str>,
    pub(crate) user_id: Option<&'a str>,
}
