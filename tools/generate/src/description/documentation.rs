//! The documentation of an operation, made of what is described.

use super::{Argument, Operation, Source};
use crate::text::paragraphs;

impl Operation {
    /// What it does and its result, in paragraphs.
    pub fn documentation(&self) -> String {
        let summary = paragraphs(&self.summary);
        let details = self.details();
        let result = paragraphs(&format!("Result: {}", self.result));
        let mut all = vec![
            [&summary[..], &details[..1.min(details.len())]]
                .concat()
                .join(" "),
        ];
        all.extend(details.into_iter().skip(1));
        all.extend(result);
        all.extend(self.notes());
        all.join("\n\n")
    }

    /// What is verified in its answer, and what of its arguments and its result is secret.
    pub fn notes(&self) -> Option<String> {
        let arguments = self.arguments.iter().filter(|one| one.is_secret());
        let arguments: Vec<_> = arguments.map(Argument::c_name).collect();
        // One that is returned as it was given is not named again.
        let members = self.secret_members.iter();
        let members: Vec<_> = members
            .filter(|name| !arguments.contains(name))
            .cloned()
            .collect();
        let notes = [
            self.verified().map(str::to_owned),
            secret(&arguments, "no message and no log shows ", ""),
            secret(&members, "keep ", " out of logs"),
        ];
        let notes: Vec<_> = notes.into_iter().flatten().collect();
        (!notes.is_empty()).then(|| notes.join(" "))
    }

    pub fn verified(&self) -> Option<&'static str> {
        let names_user = self.arguments.iter().any(|argument| argument.subject);
        self.has_jwt()
            .then_some(match (self.service.as_str(), names_user) {
                ("v1", _) => {
                    "The token in the answer (`jwt`) is verified, and must be of the named user."
                }
                (_, true) => {
                    "The token in the answer (`jwtAccess`) is verified: it is a login, and of the \
                     named user."
                }
                (_, false) => {
                    "The token in the answer (`jwtAccess`) is verified: it is a login. Its claims \
                     name the user."
                }
            })
    }

    /// The same with all that the calls of C have in common.
    pub fn c_documentation(&self) -> String {
        let mut about = paragraphs(&self.summary);
        about.extend(self.details());
        about.extend(self.rules().into_iter().map(str::to_owned));
        let result = format!("Result: {}", paragraphs(&self.result).join(" "));
        let mut all = vec![about.join(" "), result];
        all.extend(self.notes());
        if !self.local {
            let mut errors = "Errors: those of every call to the service (see above)".to_owned();
            if self.has_jwt() {
                errors += match self.service.as_str() {
                    "v1" => ", and those of `lid_verify_token` for the `jwt`",
                    _ => ", and those of `lid_v2_verify_token` for the `jwtAccess`",
                };
            }
            all.push(errors + ".");
        }
        if self.fetches_key {
            all.push(
                "Errors: those that the result names, and those of every call to the service \
                 (see above) if its key must be fetched."
                    .to_owned(),
            );
        }
        all.push("Free `*out` with `lid_free_string`.".to_owned());
        all.push(format!("@since {}", self.since));
        all.join("\n\n")
    }

    /// Which of the arguments of `exactly_one` to give.
    pub fn choice(&self) -> Option<String> {
        let names = &self.exactly_one.as_ref()?.of;
        Some(format!(
            "Give exactly one of `{}` and `{}`, and NULL for the other.",
            names[0], names[1]
        ))
    }

    /// What it has in common with other calls.
    pub fn rules(&self) -> Vec<&'static str> {
        let mut rules = Vec::new();
        if !self.one_of.is_empty() {
            rules.push(
                "The user is given by `user_id`, `username` or both; one of them is required.",
            );
        }
        if self.management {
            rules.push(match self.service.as_str() {
                "v1" => {
                    "Management call: without a private key it fails with \
                     `LID_ERROR_PRIVATE_KEY` and sends nothing."
                }
                _ => {
                    "It needs the API key: without one it fails with \
                     `LID_ERROR_PRIVATE_KEY` and sends nothing."
                }
            });
        }
        if self.safe {
            rules.push("Repeated after a timeout or a 5xx, since it changes nothing.");
        }
        if self.one_time_code {
            rules.push("Not repeated after a 429: the service may have counted the code as tried.");
        }
        rules
    }
}

impl Argument {
    /// What a web page answers, in both forms.
    pub fn answer_of_page(&self) -> Option<String> {
        let members = &self.form()?.members;
        let added = members.iter().filter_map(|(name, source)| match source {
            Source::Added { .. } => Some(format!(
                " with one more member, `{name}` as the service sent it"
            )),
            Source::ToJson(_) => None,
        });
        let names = members.keys().map(|name| format!("\"{name}\":\"…\""));
        Some(format!(
            "`{}` is what the browser answered: the object of `PublicKeyCredential.toJSON()`{}, \
             or `{{{}}}`.",
            self.c_name(),
            added.collect::<Vec<_>>().concat(),
            names.collect::<Vec<_>>().join(","),
        ))
    }
}

/// That these names are secret, and what follows from it, around "it" or "them".
fn secret(names: &[String], before: &str, after: &str) -> Option<String> {
    let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    match &names[..] {
        [] => None,
        [name] => Some(format!("{name} is secret: {before}it{after}.")),
        several => Some(format!(
            "{} are secret: {before}them{after}.",
            several.join(" and ")
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_secret_is_named() {
        let names = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(secret(&[], "keep ", ""), None);
        assert_eq!(
            secret(&names(&["jwt"]), "keep ", " out of logs").unwrap(),
            "`jwt` is secret: keep it out of logs."
        );
        assert_eq!(
            secret(&names(&["code", "password"]), "no log shows ", "").unwrap(),
            "`code` and `password` are secret: no log shows them."
        );
    }
}
