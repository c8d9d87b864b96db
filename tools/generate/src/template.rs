//! Templates, and the formatters that their output is run through.

use std::io::Write;
use std::process::{Command, Stdio};

use minijinja::Environment;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Value;

use crate::mistake::refuse;
use crate::text;

/// The templates of a language, by their names. A line with nothing but a tag leaves no line.
pub struct Templates(Environment<'static>);

impl Templates {
    pub fn new(templates: &[(&'static str, &'static str)]) -> Templates {
        let mut environment = Environment::new();
        let syntax = SyntaxConfig::builder()
            .trim_blocks(true)
            .lstrip_blocks(true)
            .build();
        environment.set_syntax(syntax.expect("the usual delimiters"));
        // {{ text|comment("///", 96) }}
        environment.add_filter("comment", |text: String, prefix: String, width: usize| {
            text::comment(&text, &prefix, width)
        });
        environment.add_filter("roff", |text: String| text::roff(&text));
        for (name, template) in templates {
            environment.add_template(name, template).expect(name);
        }
        Templates(environment)
    }

    pub fn render(&self, name: &str, context: Value) -> String {
        let template = self.0.get_template(name).expect("a template");
        template.render(context).expect("values that fit it")
    }
}

/// Code as a formatter writes it, which reads it from standard input.
pub fn formatted(formatter: &str, arguments: &[&str], code: &str) -> String {
    let mut process = Command::new(formatter)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| refuse(format!("{formatter}: {error}")));
    let mut stdin = process.stdin.take().expect("its input");
    stdin.write_all(code.as_bytes()).expect("it reads");
    drop(stdin);
    let output = process.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{formatter} refuses:\n{code}");
    String::from_utf8(output.stdout).expect("UTF-8")
}
