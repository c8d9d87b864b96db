//! The Go binding: the methods of the clients, the interfaces that have them, the types of
//! results, the C functions, and the calls that the binding's test of requests makes.
//!
//! It is written as gofmt would write it, which `make test-go` checks: neither `make generate`
//! nor the tests of Rust need Go.

mod documentation;
mod exceptions;
mod function;
mod method;
mod structure;
mod wire;

use minijinja::context;
use minijinja::value::Serde;

use exceptions::Exceptions;

use crate::description::Description;
use crate::template::Templates;

const MODULE: &str = "bindings/go";

/// The columns of a line of comment.
const WIDTH: usize = 90;

/// The package of each service, and its folder below that of the module.
const PACKAGES: [(&str, &str, &str); 2] =
    [("v1", "loginid", ""), ("v2", "loginidv2", "loginidv2/")];

/// The generated files of Go: paths below the project's folder, and texts.
pub fn files(description: &Description, exceptions: &str) -> Vec<(String, String)> {
    let exceptions = &Exceptions::read(exceptions, description);
    let templates = Templates::new(&[
        ("methods", include_str!("../templates/go_methods.go.j2")),
        ("interface", include_str!("../templates/go_interface.go.j2")),
        ("results", include_str!("../templates/go_results.go.j2")),
        ("functions", include_str!("../templates/go_functions.go.j2")),
        ("wire", include_str!("../templates/go_wire_calls.go.j2")),
    ]);
    let packages = PACKAGES.iter().flat_map(|(service, package, folder)| {
        let go = Go {
            description: &description.of_service(service),
            exceptions,
        };
        let files = go.files(package, service, &templates).into_iter();
        files.map(move |(path, text)| match path.strip_prefix('/') {
            Some(path) => (format!("{MODULE}/{path}"), text),
            None => (format!("{MODULE}/{folder}{path}"), text),
        })
    });
    packages.collect()
}

struct Go<'a> {
    description: &'a Description,
    exceptions: &'a Exceptions,
}

impl Go<'_> {
    /// The files of a package, below its folder, or with a slash before them below the module's.
    fn files(&self, package: &str, service: &str, templates: &Templates) -> Vec<(String, String)> {
        let types = self.description.types.iter();
        let types: Vec<_> = types.filter_map(|one| self.structure(one)).collect();
        let operations = &self.description.operations;
        let all: Vec<_> = operations
            .iter()
            .flat_map(|one| self.methods(one))
            .collect();
        let functions: Vec<_> = operations.iter().map(|one| self.function(one)).collect();
        let mut files = vec![
            (
                "results.go".to_owned(),
                templates.render("results", context! { package, types => Serde(&types) }),
            ),
            (
                "api.go".to_owned(),
                templates.render("interface", context! { package, methods => Serde(&all) }) + "\n",
            ),
            (
                format!("/internal/native/functions_{service}.go"),
                templates.render("functions", context! { functions => Serde(&functions) }),
            ),
        ];
        for group in self.description.groups() {
            let operations = operations.iter().filter(|one| one.group == group);
            let methods: Vec<_> = operations.flat_map(|one| self.methods(one)).collect();
            files.push((
                format!("{group}.go"),
                templates.render("methods", context! { package, methods => Serde(&methods) }),
            ));
        }
        let sending = operations.iter().filter(|one| !one.is_local());
        let calls: Vec<_> = sending.flat_map(|one| self.wire_calls(one)).collect();
        files.push((
            "wire_calls_test.go".to_owned(),
            templates.render("wire", context! { package, calls => Serde(&calls) }) + "\n",
        ));
        files
    }
}

/// Text that goes on after a name.
fn uncapitalized(text: &str) -> String {
    text[..1].to_lowercase() + &text[1..]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mistake::{caught, check_refusals};

    #[test]
    fn names_of_what_is_described_are_checked() {
        let generate = |exceptions: &str| files(&crate::description(), exceptions);
        let changes = [
            ("[types.Claims]", "[types.Claim]", "no type Claim"),
            (
                "absent = [\"cred",
                "absent = [\"creds",
                "Authentication has no member credsential",
            ),
            (
                "[operations.wait_code]",
                "[operations.wait]",
                "no operation wait",
            ),
            (
                "omits = [\"nonce\"]",
                "omits = [\"nonces\"]",
                "VerifyTransaction names nonces, which is no optional argument of verify_transaction",
            ),
            (
                "options = \"RegisterOptions\"",
                "",
                "v2_register_init: give the type of its options, if it has some",
            ),
            (
                "token = \"Token\"",
                "tokens = \"Token\"",
                "no call of v2 has an argument tokens",
            ),
        ];
        check_refusals("spec/go.toml", generate, &changes);
    }

    #[test]
    fn a_type_within_another_has_no_structure_and_marks_what_it_lacks() {
        let description = &crate::description();
        let results = files(description, &crate::read("spec/go.toml"));
        let (_, results) = &results[0];
        assert!(!results.contains("AuthorizedCode"), "{results}");
        let lacks = "An answer may lack ID, Status,\n// CreatedAt and UpdatedAt.";
        assert!(results.contains(lacks), "{results}");
        let exceptions = crate::read("spec/go.toml");
        let exceptions = exceptions.replace("within = \"Code\"", "within = \"User\"");
        let refused = caught(|| files(description, &exceptions)).err();
        let expected = "spec/go.toml: AuthorizedCode is not within User";
        assert_eq!(refused.as_deref(), Some(expected));
    }
}
