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
        all.join("\n\n")
    }

    /// The same with all that the calls of C have in common.
    pub fn c_documentation(&self) -> String {
        let mut about = paragraphs(&self.summary);
        about.extend(self.details());
        about.extend(self.rules().into_iter().map(str::to_owned));
        let result = format!("Result: {}", paragraphs(&self.result).join(" "));
        let mut all = vec![about.join(" "), result];
        if !self.local {
            let mut errors = "Errors: those of every call to the service (see above)".to_owned();
            if self.has_jwt() {
                errors += ", and those of `lid_verify_token` for the `jwt`";
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
            rules.push(
                "Management call: without a private key it fails with \
                 `LID_ERROR_PRIVATE_KEY` and sends nothing.",
            );
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
