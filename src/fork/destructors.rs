//! Disables the destructors of this library at the end of a process.
//!
//! aws-lc has one: it wipes the random generators of all threads under their locks. If one
//! of them is held forever, `exit` would never end.

use std::ffi::{c_int, c_void};
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};

/// An entry of the dynamic section.
#[repr(C)]
struct Dynamic {
    tag: usize,
    value: usize,
}

const DT_NULL: usize = 0;
const DT_FINI_ARRAYSZ: usize = 28;

/// The entry with the number of destructors, or null.
static COUNT: AtomicPtr<Dynamic> = AtomicPtr::new(ptr::null_mut());

/// Finds that entry. Called when the library is loaded: later, a fork may have left the
/// loader's lock held.
pub(super) fn find() {
    // SAFETY: `visit` fits, and needs no data.
    unsafe { libc::dl_iterate_phdr(Some(visit), ptr::null_mut()) };
}

/// Visits a loaded object, until it finds our own: the shared library, or the program that
/// links the archive.
unsafe extern "C" fn visit(
    object: *mut libc::dl_phdr_info,
    _size: libc::size_t,
    _data: *mut c_void,
) -> c_int {
    // SAFETY: the loader passes the description of a loaded object.
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
            let address = start.wrapping_add(dynamic.p_vaddr as usize);
            let mut entry = ptr::with_exposed_provenance_mut::<Dynamic>(address);
            while (*entry).tag != DT_NULL {
                if (*entry).tag == DT_FINI_ARRAYSZ {
                    COUNT.store(entry, Ordering::SeqCst);
                }
                entry = entry.add(1);
            }
        }
        1
    }
}

/// Makes the loader call none of them when this process exits. The loader reads the entry
/// only then.
pub(super) fn disable() {
    let entry = COUNT.load(Ordering::SeqCst);
    if entry.is_null() {
        return;
    }
    // SAFETY: the entry and its pages stay mapped as long as the process lives. The loader
    // has made them read-only. Nothing else on them is changed.
    unsafe {
        let page_size = libc::sysconf(libc::_SC_PAGESIZE) as usize;
        let offset = entry.addr() & (page_size - 1);
        let pages = entry.byte_sub(offset).cast::<c_void>();
        let length = offset + size_of::<Dynamic>();
        if libc::mprotect(pages, length, libc::PROT_READ | libc::PROT_WRITE) == 0 {
            (*entry).value = 0;
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
    fn destructors_are_called_unless_they_are_disabled() {
        assert_eq!(exit_status_after(|| ()), CALLED);
        assert_eq!(exit_status_after(disable), 0);
    }
}
