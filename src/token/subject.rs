//! The user that a call names.

/// The username wins when both are known.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Subject<'a> {
    pub(crate) username: Option<&'a str>,
    pub(crate) user_id: Option<&'a str>,
}
