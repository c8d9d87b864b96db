//! Parses the arguments. No secret is ever one of them: other users of a machine can see them.

use std::ffi::OsStr;
use std::path::PathBuf;

use lexopt::prelude::*;
use loginid::diagnostics::Service;

use crate::failure::Failure;
use crate::help;

/// What the program does.
#[derive(Debug)]
pub enum Action {
    Help(&'static str),
    Version,
    Run(Command),
}

/// The arguments.
#[derive(Debug)]
pub struct Parsed {
    pub action: Action,
    /// Whether the result is one JSON document.
    pub json: bool,
}

/// A command with its options.
#[derive(Debug)]
pub enum Command {
    Doctor(Doctor),
    Keygen(Keygen),
    Decode(Decode),
    Verify(Verify),
    ConfigCheck(ConfigCheck),
}

#[derive(Debug, Default)]
pub struct Doctor {
    /// The public key to compare the private key with.
    pub public_key: Option<PathBuf>,
}

#[derive(Debug)]
pub struct Keygen {
    pub private_key: PathBuf,
    pub public_key: Option<PathBuf>,
}

#[derive(Debug, Default)]
pub struct Decode {
    pub token_file: Option<PathBuf>,
}

#[derive(Debug, Default)]
pub struct Verify {
    pub token_file: Option<PathBuf>,
    pub service: Option<Service>,
    pub config: Option<PathBuf>,
    pub public_key: Option<PathBuf>,
    pub key_set: Option<PathBuf>,
    pub username: Option<String>,
    pub tx_payload: Option<PathBuf>,
    pub nonce: Option<String>,
}

#[derive(Debug, Default)]
pub struct ConfigCheck {
    pub file: Option<PathBuf>,
    pub service: Option<Service>,
}

/// The commands, by their names.
#[derive(Clone, Copy)]
enum Name {
    Doctor,
    Keygen,
    Decode,
    Verify,
    ConfigCheck,
}

impl Name {
    fn help(self) -> &'static str {
        match self {
            Name::Doctor => help::DOCTOR,
            Name::Keygen => help::KEYGEN,
            Name::Decode => help::DECODE,
            Name::Verify => help::VERIFY,
            Name::ConfigCheck => help::CONFIG_CHECK,
        }
    }
}

/// All options of all commands. Which of them a command has is checked for each.
#[derive(Default)]
struct Options {
    json: bool,
    file: Option<PathBuf>,
    output: Option<PathBuf>,
    public: Option<PathBuf>,
    verify: Verify,
}

pub fn parse(mut parser: lexopt::Parser) -> Result<Parsed, Failure> {
    let mut options = Options::default();
    let name = match name(&mut parser, &mut options)? {
        Ok(name) => name,
        Err(action) => {
            return Ok(Parsed {
                action,
                json: false,
            });
        }
    };
    while let Some(argument) = parser.next()? {
        let verify = &mut options.verify;
        match (name, argument) {
            (_, Short('h') | Long("help")) => {
                let action = Action::Help(name.help());
                return Ok(Parsed {
                    action,
                    json: false,
                });
            }
            (_, Long("json")) => options.json = true,
            (Name::Keygen, Short('o') | Long("output")) => {
                options.output = Some(parser.value()?.into());
            }
            (Name::Keygen, Long("public")) => options.public = Some(parser.value()?.into()),
            (Name::Doctor | Name::Verify, Long("public-key")) => {
                verify.public_key = Some(parser.value()?.into());
            }
            (Name::Decode | Name::Verify, Long("token-file")) => {
                verify.token_file = Some(parser.value()?.into());
            }
            (Name::Verify | Name::ConfigCheck, Long("service")) => {
                verify.service = Some(service(&parser.value()?)?);
            }
            (Name::ConfigCheck, Long("file")) => options.file = Some(parser.value()?.into()),
            (Name::Verify, Long("config")) => verify.config = Some(parser.value()?.into()),
            (Name::Verify, Long("key-set")) => verify.key_set = Some(parser.value()?.into()),
            (Name::Verify, Long("username")) => verify.username = Some(parser.value()?.string()?),
            (Name::Verify, Long("tx-payload")) => {
                verify.tx_payload = Some(parser.value()?.into());
            }
            (Name::Verify, Long("nonce")) => verify.nonce = Some(parser.value()?.string()?),
            // Neither value is shown: it may be the token.
            (Name::Decode | Name::Verify, Value(_)) => {
                let why = "a token is no argument: give it on standard input, or --token-file";
                return Err(Failure::Usage(why.to_owned()));
            }
            (_, Value(_)) => {
                let why = "there is an argument that belongs to no option; see loginid --help";
                return Err(Failure::Usage(why.to_owned()));
            }
            (_, other) => return Err(other.unexpected().into()),
        }
    }
    Ok(Parsed {
        json: options.json,
        action: Action::Run(options.command(name)?),
    })
}

/// The name of the command, which may have two words; or what comes in its place.
fn name(
    parser: &mut lexopt::Parser,
    options: &mut Options,
) -> Result<Result<Name, Action>, Failure> {
    let usage = |why: &str| Err(Failure::Usage(format!("{why}; see loginid --help")));
    let mut group = None;
    while let Some(argument) = parser.next()? {
        let word = match argument {
            Short('h') | Long("help") => return Ok(Err(Action::Help(help::ALL))),
            Short('V') | Long("version") => return Ok(Err(Action::Version)),
            Long("json") => {
                options.json = true;
                continue;
            }
            Value(word) => word,
            other => return Err(other.unexpected().into()),
        };
        match (group, word.to_str()) {
            (None, Some("doctor")) => return Ok(Ok(Name::Doctor)),
            (None, Some("keygen")) => return Ok(Ok(Name::Keygen)),
            (None, Some("token")) => group = Some("token"),
            (None, Some("config")) => group = Some("config"),
            (Some("token"), Some("decode")) => return Ok(Ok(Name::Decode)),
            (Some("token"), Some("verify")) => return Ok(Ok(Name::Verify)),
            (Some("config"), Some("check")) => return Ok(Ok(Name::ConfigCheck)),
            // The word is not shown: it may be a token.
            _ => return usage("there is no such command"),
        }
    }
    match group {
        Some("token") => usage("token needs decode or verify"),
        Some(_) => usage("config needs check"),
        None => usage("a command is needed"),
    }
}

impl Options {
    fn command(self, name: Name) -> Result<Command, Failure> {
        Ok(match name {
            Name::Doctor => Command::Doctor(Doctor {
                public_key: self.verify.public_key,
            }),
            Name::Keygen => Command::Keygen(Keygen {
                private_key: self.output.ok_or_else(|| {
                    Failure::Usage("keygen needs -o FILE, for the private key".to_owned())
                })?,
                public_key: self.public,
            }),
            Name::Decode => Command::Decode(Decode {
                token_file: self.verify.token_file,
            }),
            Name::Verify => Command::Verify(self.verify),
            Name::ConfigCheck => Command::ConfigCheck(ConfigCheck {
                file: self.file,
                service: self.verify.service,
            }),
        })
    }
}

fn service(text: &OsStr) -> Result<Service, Failure> {
    match text.to_str() {
        Some("v1") => Ok(Service::V1),
        Some("v2") => Ok(Service::V2),
        _ => Err(Failure::Usage("--service is v1 or v2".to_owned())),
    }
}
