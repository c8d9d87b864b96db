//! The modules of the crate depend on each other in one direction: there is no circle of files.

#[path = "../../../tests/support/modules.rs"]
mod support;

use std::path::Path;

#[test]
fn no_module_uses_itself_through_others() {
    for root in ["src/lib.rs", "src/main.rs"] {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(root);
        let left = support::circles(support::read(&root));
        assert!(left.is_empty(), "in a circle: {left:#?}");
    }
}
