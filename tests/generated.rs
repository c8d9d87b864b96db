//! What is generated from the description of the calls is committed as it is generated.

use std::fs;

#[test]
fn the_committed_files_are_what_the_description_generates() {
    let files = loginid_generate::described();
    assert!(files.len() > 10, "{} files", files.len());
    for (path, generated) in files {
        let committed = fs::read_to_string(&path).unwrap_or_default();
        let path = path.display();
        assert!(
            committed == generated,
            "{path} is not what spec/operations.toml describes: run `make generate`"
        );
        let beginning: Vec<_> = generated.lines().take(5).collect();
        assert!(
            beginning.join(" ").to_lowercase().contains("generated")
                || generated.contains("begin generated: "),
            "{path} does not say that it is generated"
        );
    }
}
