//! What was found, one line each.

/// What is wrong, and what to do about it.
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

/// Prints each finding as it is made: the next check may take its time.
#[derive(Default)]
pub struct Report {
    problems: usize,
    /// What is done again is told only if it fails now.
    pub again: bool,
}

impl Report {
    pub fn ok(&self, subject: &str, found: &str) {
        if !self.again {
            line("ok", subject, found);
        }
    }

    /// Not wrong, but perhaps not what was meant.
    pub fn note(&self, subject: &str, found: &str) {
        line("note", subject, found);
    }

    pub fn problem(&mut self, subject: &str, problem: &Problem) {
        self.problems += 1;
        line(
            "problem",
            subject,
            &format!("{}. To do: {}", problem.found, problem.advice),
        );
    }

    /// Prints the result of a check and gives what it found, if it is good.
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
}

/// Whatever the parts hold, it stays one line, and no terminal obeys it.
fn line(verdict: &str, subject: &str, found: &str) {
    let plain = |character: char| match character {
        character if character.is_control() => ' ',
        character => character,
    };
    let found: String = found.chars().map(plain).collect();
    println!("{verdict:<8} {subject:<14} {found}");
}
