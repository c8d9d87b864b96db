//! The C headers, generated from `src/ffi/` and `src/status.rs`.
//!
//! `include/loginid.h` is for compilers. `include/loginid_ffi.h` has the same
//! declarations and nothing else: PHP's `FFI::cdef`, Python's cffi and Ruby read C
//! declarations but no preprocessor lines. `bindings/php/loginid.h` has the same
//! declarations, in the form that PHP preloads.

use std::path::{Path, PathBuf};

use crate::root;

/// Each header's path and text.
pub fn headers() -> [(PathBuf, String); 3] {
    let include = root().join("include");
    let header = generate();
    let flat = flatten(&header);
    let php = format!("{PHP_PRELOADING}{flat}");
    [
        (include.join("loginid.h"), header),
        (include.join("loginid_ffi.h"), flat),
        (root().join("bindings/php/loginid.h"), php),
    ]
}

/// The two lines that PHP's `ffi.preload` requires before the declarations.
const PHP_PRELOADING: &str = "#define FFI_SCOPE \"LOGINID\"\n#define FFI_LIB \"libloginid.so.0\"\n";

fn generate() -> String {
    let root = root();
    let config = cbindgen::Config::from_file(root.join("cbindgen.toml")).expect("cbindgen.toml");
    let sources = config_sources(&root);
    let mut builder = cbindgen::Builder::new().with_config(with_version(config));
    for source in sources {
        builder = builder.with_src(source);
    }
    let mut text = Vec::new();
    builder.generate().expect("bindings").write(&mut text);
    String::from_utf8(text).expect("UTF-8")
}

/// The files with entry points, those with types first.
fn config_sources(root: &Path) -> Vec<PathBuf> {
    let src = root.join("src");
    [
        "status",
        "ffi/status",
        "ffi/handle",
        "ffi/client",
        "ffi/v1/tokens",
        "ffi/v1/transactions",
        "ffi/v1/codes",
        "ffi/cancel",
        "ffi/v1/credentials",
        "ffi/v1/users",
        "ffi/v1/registration",
        "ffi/v1/authentication",
        "ffi/json",
    ]
    .map(|name| src.join(name).with_extension("rs"))
    .to_vec()
}

/// The version macros, which equal Cargo's version because the tool has it.
fn with_version(mut config: cbindgen::Config) -> cbindgen::Config {
    let macros = format!(
        "\n/** The version of this header; compare it with lid_version(). */\n\
         #define LID_VERSION \"{}\"\n\
         /** Its first number. */\n\
         #define LID_VERSION_MAJOR {}\n\
         /** Its second number. */\n\
         #define LID_VERSION_MINOR {}\n\
         /** Its third number. */\n\
         #define LID_VERSION_PATCH {}\n",
        env!("CARGO_PKG_VERSION"),
        env!("CARGO_PKG_VERSION_MAJOR"),
        env!("CARGO_PKG_VERSION_MINOR"),
        env!("CARGO_PKG_VERSION_PATCH"),
    );
    config.after_includes = Some(macros);
    config
}

/// Drops comments, preprocessor lines and the `extern "C"` braces.
fn flatten(header: &str) -> String {
    let mut flat = String::new();
    let mut in_comment = false;
    let mut in_cplusplus = false;
    for line in header.lines() {
        let trimmed = line.trim_start();
        match trimmed {
            _ if in_comment => in_comment = !trimmed.ends_with("*/"),
            _ if trimmed.starts_with("/*") => in_comment = !trimmed.ends_with("*/"),
            _ if trimmed.starts_with("#ifdef __cplusplus") => in_cplusplus = true,
            _ if trimmed.starts_with("#endif") => in_cplusplus = false,
            _ if in_cplusplus || trimmed.starts_with('#') => {}
            "" if flat.is_empty() || flat.ends_with("\n\n") => {}
            _ => {
                flat.push_str(line);
                flat.push('\n');
            }
        }
    }
    flat
}
