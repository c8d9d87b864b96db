//! Forks: which process this is, and no fork while a thread uses aws-lc.
//!
//! aws-lc notices a fork when it next draws random bytes, but not what other
//! threads were doing at that moment. It draws under locks of its own, and takes
//! them again when a thread's generator begins and ends. If a fork meets one of
//! them held, it stays held in the child, where the thread that would release it
//! does not exist: the child's first signature, or its `exit`, would never end. So
//! every use of aws-lc is marked ([`without_fork`]), and a fork waits for it.
//!
//! `fork` calls the prepare handlers in reverse order of their registration. Ours
//! are registered when the library is loaded, before the program's: they come last,
//! when the program's handlers have taken their locks. After `dlopen` it can be the
//! other way round, and the program may wait for a thread that waits for the fork.
//! So a thread waits for a fork that stands still for 20 ms and then goes on
//! (`fork/waiting.rs`). If the fork meets it inside, the child finds it there
//! (`fork/slots.rs`) and refuses to use aws-lc.
//!
//! `vfork` and `posix_spawn` call no handlers: their children run another program
//! at once. Raw `clone` and `_Fork` call none either: a child of theirs is known by
//! its process id.

mod destructors;
mod handlers;
mod inside;
mod per_process;
mod process;
mod slots;
#[cfg(test)]
mod tests;
mod thread_end;
mod waiting;

pub(crate) use inside::without_fork;
pub(crate) use per_process::PerProcess;
pub(crate) use process::{ProcessId, check_process, process};
