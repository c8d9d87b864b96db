//! Link options of a C library that rustc does not set itself.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    // The name programs are linked against; it changes when the interface breaks.
    println!("cargo:rustc-cdylib-link-arg=-Wl,-soname,libloginid.so.0");
    // Unloading would leave dangling thread-local destructors.
    println!("cargo:rustc-cdylib-link-arg=-Wl,-z,nodelete");
}
