//! Reading JSON strictly, and writing it directly.
//!
//! A general parser lacks three things that are needed here: duplicate members are
//! refused (the caller's parser may use another one than ours), values that are passed
//! on keep their text, so that no number loses precision, and reading an answer takes
//! no more memory than its text.

mod document;
mod literal;
mod number;
mod pointer;
mod read;
mod select;
mod write;

pub(crate) use document::{Document, Entries, Value};
pub(crate) use literal::{secret_text, string_prefix};
pub(crate) use number::{to_f64, to_i64};
pub(crate) use pointer::{Pointer, PointerError, lookup};
pub(crate) use read::{
    Malformed, Members, Node, Object, members, parse_object, shown_name, text_member,
};
pub(crate) use select::select_members;
pub(crate) use write::{ObjectWriter, quoted};
