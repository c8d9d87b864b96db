//! Forks: identifies the process, and delays a fork while a thread uses aws-lc, or makes what ureq
//! has once for the process (`http/first_request.rs`).
//!
//! aws-lc detects a fork when it next draws random bytes, but it does not know what other
//! threads were doing. It draws under its own locks, and takes them again when a thread's
//! generator starts and ends. If a fork happens while a thread holds one of them, the lock
//! stays held in the child, where that thread does not exist: the child's first signature,
//! or its `exit`, would never end. So every use of aws-lc that may draw random bytes is marked
//! ([`without_fork`]), and a fork waits for it. So is every use that may fail: the first error of a
//! thread takes a lock too. Hashing, and encrypting TLS records, do neither.
//!
//! `fork` calls the prepare handlers in reverse order of their registration. Ours
//! are registered when the library is loaded, before the program's: they run last,
//! after the program's handlers have taken their locks. After `dlopen` the order can be
//! reversed, and the program may wait for a thread that waits for the fork. So a thread
//! waits 20 ms at most for a blocked fork, and then continues (`fork/waiting.rs`). If it is
//! inside aws-lc when the fork happens, the child sees that (`fork/slots.rs`) and refuses to
//! use aws-lc.
//!
//! `vfork` and `posix_spawn` call no handlers, but their children run another program at
//! once. Raw `clone` and `_Fork` call none either: their child is detected by its process
//! id.

mod per_process;
#[cfg_attr(windows, path = "fork/none.rs")]
mod process;

#[cfg(unix)]
#[cfg_attr(not(target_os = "linux"), path = "fork/destructors_macos.rs")]
mod destructors;
#[cfg(unix)]
mod handlers;
#[cfg(unix)]
mod inside;
#[cfg(unix)]
mod slots;
#[cfg(all(test, unix))]
mod tests;
#[cfg(unix)]
mod thread_end;
#[cfg(unix)]
mod waiting;

#[cfg(unix)]
pub(crate) use inside::without_fork;
pub(crate) use per_process::PerProcess;
#[cfg(windows)]
pub(crate) use process::without_fork;
pub(crate) use process::{ProcessId, check_process, process};
