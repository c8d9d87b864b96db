//! The constants of the packages, and what errors are for `errors.Is`.

use serde::Serialize;

use super::{Go, uncapitalized};
use crate::constants::{Constant, Constants, List};
use crate::text;

/// Constants in one group.
#[derive(Serialize)]
pub struct Group {
    about: String,
    constants: Vec<Named>,
}

#[derive(Serialize)]
pub struct Named {
    name: String,
    value: String,
    about: String,
}

/// A variable that the errors of a status with a code are.
#[derive(Serialize)]
pub struct Coded {
    name: String,
    status: String,
    code: String,
    about: String,
}

impl Go<'_> {
    /// The lists of a service, without the codes of errors.
    pub fn constants(&self, constants: &Constants, service: &str) -> Vec<Group> {
        let lists = constants.lists.iter().filter(|list| !list.is_of_codes());
        let lists = lists.filter(|list| is_of(list.service.as_deref(), service));
        let group = |list: &List| Group {
            about: list.about.clone(),
            constants: list
                .values
                .iter()
                .map(|one| self.constant(list, one))
                .collect(),
        };
        lists.map(group).collect()
    }

    fn constant(&self, list: &List, constant: &Constant) -> Named {
        Named {
            name: list.go_prefix() + &self.exceptions.name(&constant.name()),
            value: constant.value.clone(),
            about: continued(&constant.about),
        }
    }

    /// The codes of a service. One with the name of its status is the status's own variable.
    pub fn errors(&self, constants: &Constants, service: &str) -> Vec<Coded> {
        let lists = constants.lists.iter().filter(|list| list.is_of_codes());
        let codes = lists.flat_map(|list| list.values.iter().map(move |one| (list, one)));
        let coded = codes.filter_map(|(list, one)| {
            let status = one.status.clone()?;
            let is_here = is_of(one.service.as_deref(), service);
            (is_here && text::camel(&one.value) != status).then(|| Coded {
                name: list.go_prefix() + &self.exceptions.name(&one.value),
                status: self.exceptions.name(&status),
                code: one.value.clone(),
                about: continued(&one.about),
            })
        });
        coded.collect()
    }
}

fn is_of(one: Option<&str>, service: &str) -> bool {
    one.is_none_or(|one| one == service)
}

/// A sentence that goes on after a colon. The service's name keeps its capital.
fn continued(sentence: &str) -> String {
    if sentence.starts_with("LoginID") {
        return sentence.to_owned();
    }
    uncapitalized(sentence)
}
