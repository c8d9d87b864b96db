//! macOS does not let a library disable its destructors. The child of a fork during which
//! another thread was inside aws-lc may wait for a lock in `exit`; `_exit` and `exec` work.

pub(super) fn find() {}

pub(super) fn disable() {}
