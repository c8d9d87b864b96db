//! The Go binding: the methods of the clients, the interfaces that have them, the types of
//! results, the C functions, and the calls that the binding's test of requests makes.
//!
//! It is written as gofmt would write it, which `make test-go` checks: neither `make generate`
//! nor the tests of Rust need Go.

mod constants;
mod documentation;
mod exceptions;
mod function;
mod method;
mod structure;
mod wire;

use minijinja::context;
use minijinja::value::Serde;

use exceptions::Exceptions;

use crate::constants::Constants;
use crate::description::Description;
use crate::template::Templates;

/// The columns of a line of comment.
const WIDTH: usize = 90;

/// The package of each service, its folder, and a call as an example in its comments.
const PACKAGES: [(&str, &str, &str, &str); 2] = [
    ("v1", "loginid", "bindings/go", "get_user"),
    (
        "v2",
        "loginidv2",
        "bindings/go/loginidv2",
        "v2_list_passkeys",
    ),
];

/// The generated files of Go: paths below the project's folder, and texts.
pub fn files(
    description: &Description,
    constants: &Constants,
    exceptions: &str,
) -> Vec<(String, String)> {
    let exceptions = &Exceptions::read(exceptions, description);
    let templates = Templates::new(&[
        ("methods", include_str!("../templates/go_methods.go.j2")),
        ("interface", include_str!("../templates/go_interface.go.j2")),
        ("shared", include_str!("../templates/go_shared.go.j2")),
        ("constants", include_str!("../templates/go_constants.go.j2")),
        ("results", include_str!("../templates/go_results.go.j2")),
        ("functions", include_str!("../templates/go_functions.go.j2")),
        ("wire", include_str!("../templates/go_wire_calls.go.j2")),
    ]);
    let packages = PACKAGES
        .into_iter()
        .flat_map(|(service, package, folder, call)| {
            let go = Go {
                description: &description.of_service(service),
                exceptions,
            };
            let mut files = go.package(package, folder, &templates);
            files.push(go.functions(service, &templates));
            // Names of what both packages have: Go cannot pass on a whole package.
            let errors = go.errors(constants, service);
            let context = context! { service, package, call, errors => Serde(&errors) };
            let shared = templates.render("shared", context);
            files.push((format!("{folder}/shared.go"), shared + "\n"));
            let lists = go.constants(constants, service);
            let context = context! { package, lists => Serde(&lists) };
            let constants = templates.render("constants", context);
            files.push((format!("{folder}/constants.go"), constants));
            files
        });
    packages.collect()
}

struct Go<'a> {
    description: &'a Description,
    exceptions: &'a Exceptions,
}

impl Go<'_> {
    /// The files of a package.
    fn package(&self, package: &str, folder: &str, templates: &Templates) -> Vec<(String, String)> {
        let types = self.description.types.iter();
        let types: Vec<_> = types.filter_map(|one| self.structure(one)).collect();
        let operations = &self.description.operations;
        let all: Vec<_> = operations
            .iter()
            .flat_map(|one| self.methods(one))
            .collect();
        let mut files = vec![
            (
                format!("{folder}/results.go"),
                templates.render("results", context! { package, types => Serde(&types) }),
            ),
            (
                format!("{folder}/api.go"),
                templates.render("interface", context! { package, methods => Serde(&all) }) + "\n",
            ),
        ];
        for group in self.description.groups() {
            let operations = operations.iter().filter(|one| one.group == group);
            let methods: Vec<_> = operations.flat_map(|one| self.methods(one)).collect();
            files.push((
                format!("{folder}/{group}.go"),
                templates.render("methods", context! { package, methods => Serde(&methods) }),
            ));
        }
        let sending = operations.iter().filter(|one| !one.is_local());
        let calls: Vec<_> = sending.flat_map(|one| self.wire_calls(one)).collect();
        files.push((
            format!("{folder}/wire_calls_test.go"),
            templates.render("wire", context! { package, calls => Serde(&calls) }) + "\n",
        ));
        files
    }

    /// The file of a service's functions of C.
    fn functions(&self, service: &str, templates: &Templates) -> (String, String) {
        let operations = self.description.operations.iter();
        let functions: Vec<_> = operations.map(|one| self.function(one)).collect();
        (
            format!("bindings/go/internal/native/functions_{service}.go"),
            templates.render("functions", context! { functions => Serde(&functions) }),
        )
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
        let constants = crate::constants();
        let generate = |exceptions: &str| files(&crate::description(), &constants, exceptions);
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
        let constants = &crate::constants();
        let results = files(description, constants, &crate::read("spec/go.toml"));
        let (_, results) = &results[0];
        assert!(!results.contains("AuthorizedCode"), "{results}");
        let lacks = "An answer may lack ID, Status,\n// CreatedAt and UpdatedAt.";
        assert!(results.contains(lacks), "{results}");
        let exceptions = crate::read("spec/go.toml");
        let exceptions = exceptions.replace("within = \"Code\"", "within = \"User\"");
        let refused = caught(|| files(description, constants, &exceptions)).err();
        let expected = "spec/go.toml: AuthorizedCode is not within User";
        assert_eq!(refused.as_deref(), Some(expected));
    }
}
