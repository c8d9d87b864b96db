//! PEM in every common form.

/// Changes that happen to PEM in files, variables and copying.
pub fn travelled(pem: &str) -> [String; 11] {
    [
        pem.to_owned(),
        pem.trim_end().to_owned(),
        format!("\u{feff}{pem}"),
        pem.replace('\n', "\r\n"),
        pem.replace('\n', "\r"),
        pem.replace('\n', "\\n"),
        pem.replace('\n', ""),
        pem.replace('\n', "\n    "),
        format!("\"{}\"", pem.replace('\n', "\\n")),
        format!("# issued by us\n{pem}"),
        format!("The key of the service:\n\n{pem}\n-- \nLoginID"),
    ]
}
