//! Disables the destructors of this library at the end of a process.
//!
//! aws-lc has one: it wipes the random generators of all threads under their locks. If one
//! of them is held forever, `exit` would never end.

use std::arch::global_asm;
use std::ffi::{c_int, c_void};
use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};

/// An entry of the dynamic section.
#[repr(C)]
struct Dynamic {
    tag: usize,
    value: usize,
}

const DT_NULL: usize = 0;
const DT_FINI_ARRAY: usize = 26;
const DT_FINI_ARRAYSZ: usize = 28;

type Destructor = extern "C" fn();

/// The destructors of the object that contains this library: the shared library, or the program
/// that links the archive. What calls them reads them only when the process exits.
static DESTRUCTORS: AtomicPtr<Destructor> = AtomicPtr::new(ptr::null_mut());
static COUNT: AtomicUsize = AtomicUsize::new(0);

// The linker's symbols for their addresses. It defines both in programs, where they are all that a
// program has that is linked with `-static`. GNU ld does not define them in shared libraries, hence
// weak symbols, which Rust cannot declare.
global_asm!(
    ".pushsection .data.rel.ro.loginid_destructors, \"aw\"",
    ".balign 8",
    ".hidden loginid_destructors",
    ".globl loginid_destructors",
    "loginid_destructors:",
    ".irp symbol, __fini_array_start, __fini_array_end",
    ".weak \\symbol",
    ".hidden \\symbol",
    ".dc.a \\symbol",
    ".endr",
    ".popsection",
);

unsafe extern "C" {
    /// The addresses of the first destructor and behind the last one, or 0.
    #[link_name = "loginid_destructors"]
    static LINKED: [usize; 2];
}

/// Finds them. Called when the library is loaded: later, a fork may have left the loader's
/// lock held.
pub(super) fn find() {
    // SAFETY: it is defined above, and never changed.
    let [start, end] = match unsafe { LINKED } {
        [0, _] => loaded(),
        linked => linked,
    };
    DESTRUCTORS.store(ptr::with_exposed_provenance_mut(start), Ordering::SeqCst);
    COUNT.store((end - start) / size_of::<Destructor>(), Ordering::SeqCst);
}

/// The same addresses, by the loader's description of our own object.
fn loaded() -> [usize; 2] {
    let mut array = [0; 2];
    // SAFETY: `visit` fits, and gets the array.
    unsafe { libc::dl_iterate_phdr(Some(visit), ptr::from_mut(&mut array).cast()) };
    array
}

/// Visits a loaded object, until it finds our own.
unsafe extern "C" fn visit(
    object: *mut libc::dl_phdr_info,
    _size: libc::size_t,
    array: *mut c_void,
) -> c_int {
    // SAFETY: the loader passes the description of a loaded object, and what `loaded` passes.
    unsafe {
        let object = &*object;
        let headers = std::slice::from_raw_parts(object.dlpi_phdr, object.dlpi_phnum.into());
        let start = object.dlpi_addr as usize;
        let here = find as fn() as usize;
        let is_own = headers.iter().any(|header| {
            let from = start.wrapping_add(header.p_vaddr as usize);
            header.p_type == libc::PT_LOAD && here.wrapping_sub(from) < header.p_memsz as usize
        });
        if !is_own {
            return 0;
        }
        let dynamic = headers
            .iter()
            .find(|header| header.p_type == libc::PT_DYNAMIC);
        if let Some(dynamic) = dynamic {
            let section = start.wrapping_add(dynamic.p_vaddr as usize);
            let mut entry = ptr::with_exposed_provenance::<Dynamic>(section);
            let (mut first, mut size) = (0, 0);
            while (*entry).tag != DT_NULL {
                match (*entry).tag {
                    DT_FINI_ARRAY => first = start.wrapping_add((*entry).value),
                    DT_FINI_ARRAYSZ => size = (*entry).value,
                    _ => {}
                }
                entry = entry.add(1);
            }
            *array.cast() = [first, first + size];
        }
        1
    }
}

extern "C" fn do_nothing() {}

/// Replaces each of them by a function that does nothing.
pub(super) fn disable() {
    let first = DESTRUCTORS.load(Ordering::SeqCst);
    let count = COUNT.load(Ordering::SeqCst);
    if count == 0 {
        return;
    }
    // SAFETY: the destructors and their pages stay mapped as long as the process lives. They were
    // made read-only when it began. Nothing else on these pages is changed.
    unsafe {
        let page_size = libc::sysconf(libc::_SC_PAGESIZE) as usize;
        let offset = first.addr() & (page_size - 1);
        let pages = first.byte_sub(offset).cast::<c_void>();
        let length = offset + count * size_of::<Destructor>();
        if libc::mprotect(pages, length, libc::PROT_READ | libc::PROT_WRITE) == 0 {
            std::slice::from_raw_parts_mut(first, count).fill(do_nothing);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::process::exit;

    use super::*;

    /// A destructor of this program, like that of aws-lc.
    #[used]
    #[unsafe(link_section = ".fini_array")]
    static DESTRUCTOR: extern "C" fn() = {
        extern "C" fn destructor() {
            if IS_CHILD.load(Ordering::SeqCst) {
                // SAFETY: the exit status tells that it was called.
                unsafe { libc::_exit(CALLED) };
            }
        }
        destructor
    };

    static IS_CHILD: std::sync::atomic::AtomicBool = std::sync::atomic::AtomicBool::new(false);
    const CALLED: i32 = 7;

    /// The status of a child that ends with `exit(0)`.
    fn exit_status_after(prepare: fn()) -> i32 {
        // SAFETY: the child only ends; the parent waits for it.
        unsafe {
            let child = libc::fork();
            if child == 0 {
                libc::alarm(20);
                IS_CHILD.store(true, Ordering::SeqCst);
                prepare();
                exit(0);
            }
            let mut status = 0;
            assert_eq!(libc::waitpid(child, &mut status, 0), child);
            assert!(libc::WIFEXITED(status), "{status}");
            libc::WEXITSTATUS(status)
        }
    }

    #[test]
    fn linker_and_loader_name_the_same_destructors() {
        // SAFETY: it is never changed.
        let linked = unsafe { LINKED };
        assert!(linked[0] != 0 && linked[0] < linked[1]);
        assert_eq!(loaded(), linked);
    }

    #[test]
    fn destructors_are_called_unless_they_are_disabled() {
        assert_eq!(exit_status_after(|| ()), CALLED);
        assert_eq!(exit_status_after(disable), 0);
    }
}
