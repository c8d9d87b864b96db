//! The findings, one line each.

/// What is wrong, and how to fix it.
#[derive(Debug)]
pub struct Problem {
    found: String,
    advice: String,
}

impl Problem {
    pub fn new(found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self {
            found: found.into(),
            advice: advice.into(),
        }
    }
}

/// Prints each finding at once: the next check may take long.
#[derive(Default)]
pub struct Report {
    problems: usize,
    /// Before the subject of each line: the service that is checked, if it is not the older one.
    pub service: &'static str,
    /// Set while checks are repeated: only failures are printed.
    pub again: bool,
}

impl Report {
    pub fn ok(&self, subject: &str, found: &str) {
        if !self.again {
            self.line("ok", subject, found);
        }
    }

    /// Valid, but maybe not intended.
    pub fn note(&self, subject: &str, found: &str) {
        self.line("note", subject, found);
    }

    pub fn problem(&mut self, subject: &str, problem: &Problem) {
        self.problems += 1;
        let found = format!("{}. To do: {}", problem.found, problem.advice);
        self.line("problem", subject, &found);
    }

    /// Prints the result of a check and returns its value, if it is good.
    pub fn check<T>(&mut self, subject: &str, result: Result<(T, String), Problem>) -> Option<T> {
        match result {
            Ok((value, found)) => {
                self.ok(subject, &found);
                Some(value)
            }
            Err(problem) => {
                self.problem(subject, &problem);
                None
            }
        }
    }

    pub fn all_is_well(&self) -> bool {
        self.problems == 0
    }

    /// Control characters are replaced: it stays one line, without terminal escapes.
    fn line(&self, verdict: &str, subject: &str, found: &str) {
        let plain = |character: char| match character {
            character if character.is_control() => ' ',
            character => character,
        };
        let found: String = found.chars().map(plain).collect();
        let subject = format!("{}{subject}", self.service);
        println!("{verdict:<8} {subject:<17} {found}");
    }
}
