//! Another Rust library in the same program, with the standard library, allocator and panics of its own.

use std::cell::RefCell;

thread_local! {
    static WORDS: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// 0 if memory, threads, their variables and unwinding work.
#[unsafe(no_mangle)]
pub extern "C" fn another_library() -> i32 {
    std::panic::set_hook(Box::new(|_| {}));
    let thread = std::thread::spawn(|| {
        WORDS.with_borrow_mut(|words| words.extend((0..100).map(|number| number.to_string())));
        let caught = std::panic::catch_unwind(|| WORDS.with_borrow(|words| words[100].len()));
        (WORDS.with_borrow(Vec::len), caught.is_err())
    });
    i32::from(thread.join().ok() != Some((100, true)))
}
