//! Link options of a C library that rustc does not set itself.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let system = std::env::var("CARGO_CFG_TARGET_OS");
    let options: &[&str] = match system.as_deref() {
        Ok("linux") => &[
            // The name programs are linked against; it changes when the interface breaks.
            "-Wl,-soname,libloginid.so.0",
            // Unloading would leave dangling thread-local destructors.
            "-Wl,-z,nodelete",
        ],
        Ok("macos") => &["-Wl,-install_name,@rpath/libloginid.0.dylib"],
        // Windows knows a DLL by the name of its file.
        _ => &[],
    };
    for option in options {
        println!("cargo:rustc-cdylib-link-arg={option}");
    }
}
