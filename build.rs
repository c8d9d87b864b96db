//! What rustc does not give a C library by itself.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    // The name programs are linked against; it changes when the interface breaks.
    println!("cargo:rustc-cdylib-link-arg=-Wl,-soname,libloginid.so.0");
    // Unloading would leave thread-local destructors pointing at nothing.
    println!("cargo:rustc-cdylib-link-arg=-Wl,-z,nodelete");
}
