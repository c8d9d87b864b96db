//! Parses the arguments.

use std::error::Error;
use std::ffi::OsString;
use std::path::PathBuf;
use std::str::FromStr;

use lexopt::prelude::*;

use super::settings::Settings;

/// What the program does.
#[derive(Debug, PartialEq, Eq)]
pub enum Action {
    Help,
    Version,
    Serve(Options),
    Exec(Options, Vec<OsString>),
    /// The arguments of `loginid doctor`.
    Doctor(Vec<OsString>),
}

/// The options of an emulator.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Options {
    pub settings: Settings,
    /// The file with further settings.
    pub config: Option<PathBuf>,
}

/// Parses the arguments. Everything after `exec` and its options belongs to the command.
pub fn parse(mut parser: lexopt::Parser) -> Result<Action, lexopt::Error> {
    let mut options = Options::default();
    let mut exec = false;
    while let Some(argument) = parser.next()? {
        match argument {
            Short('h') | Long("help") => return Ok(Action::Help),
            Short('V') | Long("version") => return Ok(Action::Version),
            Long("config") => options.config = Some(parser.value()?.into()),
            Long("host") => options.settings.host = Some(value(&mut parser, "--host")?),
            Long("port") => options.settings.port = Some(value(&mut parser, "--port")?),
            Long("rp-id") => options.settings.rp_id = Some(value(&mut parser, "--rp-id")?),
            Long("origin") => {
                let origins = options.settings.origins.get_or_insert_default();
                origins.push(value(&mut parser, "--origin")?);
            }
            Long("tls") => options.settings.tls = Some(true),
            Long("ca-out") => options.settings.ca_out = Some(parser.value()?.into()),
            Long("client-id") => {
                options.settings.client_id = Some(value(&mut parser, "--client-id")?)
            }
            Long("private-key-file") => {
                options.settings.private_key_file = Some(parser.value()?.into());
            }
            Long("service-key-file") => {
                options.settings.service_key_file = Some(parser.value()?.into());
            }
            Long("v2-application-id") => {
                options.settings.v2_application_id =
                    Some(value(&mut parser, "--v2-application-id")?);
            }
            Long("v2-api-key-file") => {
                options.settings.v2_api_key_file = Some(parser.value()?.into());
            }
            Long("v2-service-key-file") => {
                options.settings.v2_service_key_file = Some(parser.value()?.into());
            }
            Long("clock") => options.settings.clock = Some(value(&mut parser, "--clock")?),
            Long("seed") => options.settings.seed = Some(parser.value()?.into()),
            Long("output") => options.settings.output = Some(value(&mut parser, "--output")?),
            Long("log") => options.settings.log = Some(true),
            Value(word) if !exec && word == "exec" => exec = true,
            Value(word) if !exec && word == "doctor" => {
                if options != Options::default() {
                    return Err("doctor takes none of these options".into());
                }
                return Ok(Action::Doctor(parser.raw_args()?.collect()));
            }
            Value(program) if exec => {
                let mut command = vec![program];
                command.extend(parser.raw_args()?);
                return Ok(Action::Exec(options, command));
            }
            other => return Err(other.unexpected()),
        }
    }
    if exec {
        return Err("exec needs a command to run".into());
    }
    Ok(Action::Serve(options))
}

/// The value of an option. What is wrong with it begins with the option.
fn value<T: FromStr>(parser: &mut lexopt::Parser, option: &str) -> Result<T, lexopt::Error>
where
    T::Err: Into<Box<dyn Error + Send + Sync>>,
{
    let parsed = parser.value()?.parse();
    parsed.map_err(|error| format!("{option}: {error}").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(arguments: &[&str]) -> Result<Action, String> {
        parse(lexopt::Parser::from_args(arguments)).map_err(|error| error.to_string())
    }

    #[test]
    fn options_after_the_command_belong_to_the_command() {
        let mut tls = Options::default();
        tls.settings.tls = Some(true);
        let words = |words: &[&str]| words.iter().map(OsString::from).collect::<Vec<_>>();
        assert_eq!(
            parsed(&["exec", "--tls", "ls", "--port", "x"]),
            Ok(Action::Exec(tls, words(&["ls", "--port", "x"])))
        );
        let plain = Options::default();
        assert_eq!(
            parsed(&["exec", "--", "-x", "exec"]),
            Ok(Action::Exec(plain, words(&["-x", "exec"])))
        );
    }

    #[test]
    fn invalid_arguments_are_refused() {
        for arguments in [
            &["exec"][..],
            &["serve"],
            &["--port", "65536"],
            &["--clock", "now"],
            &["--output", "xml"],
            &["--nonsense"],
            &["--tls", "doctor"],
            &["--public-key", "x"],
        ] {
            assert!(parsed(arguments).is_err(), "{arguments:?}");
        }
    }
}
