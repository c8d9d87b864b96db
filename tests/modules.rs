//! The modules of the library depend on each other in one direction: there is no circle of files.

#[path = "support/modules.rs"]
mod support;

use std::path::Path;

#[test]
fn no_module_uses_itself_through_others() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs");
    let left = support::circles(&root);
    assert!(left.is_empty(), "in a circle: {left:#?}");
}
