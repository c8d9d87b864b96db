//! The command line.

mod arguments;
mod doctor;
mod environment;
mod exec;
mod files;
mod output;
mod serve;
mod settings;
mod spelling;

use std::error::Error;

use self::arguments::Action;

const HELP: &str = "\
A LoginID service for this machine: stateful, strict, no account needed.

usage: loginid-emulator [OPTION...]
       loginid-emulator exec [OPTION...] [--] COMMAND [ARGUMENT...]

Without a command it prints the LOGINID_* variables, as lines a shell can evaluate, closes its
standard output, says on standard error that it is ready, and serves until SIGHUP, SIGINT or SIGTERM.

`exec` starts an emulator, runs COMMAND with these variables set, and exits as COMMAND does:

    loginid-emulator exec -- python3 my_test.py

Both unset the variables that contradict these (LOGINID_PRIVATE_KEY_FILE, LOGINID_V2_API_KEY_FILE,
LOGINID_CA_*, LOGINID_CLIENT_CERT_*, LOGINID_CLIENT_KEY_*, LOGINID_PROXY, LOGINID_ISSUER,
LOGINID_V2_ISSUER), and name on standard error those that were set.

The command `doctor` runs `loginid doctor`, its new name, and will be gone in the next release.

options:
  --host HOST     listen on this name or IP address; localhost if not given. With any other than a
                  loopback one, the control API needs the token in LOGINID_EMULATOR_TOKEN
  --port N        listen on port N; any free one if not given
  --rp-id ID      the relying party id of the passkeys; localhost if not given
  --origin ORIGIN allow the pages of this origin (https://shop.example) or an Android app
                  (android:apk-key-hash:..., which needs an rp id) too; may be given more than once.
                  Pages of http://localhost, http://*.localhost and https://localhost are always
                  allowed, on any port
  --tls           serve HTTPS, with a certificate of a throw-away authority (LOGINID_CA_FILE)
  --ca-out FILE   write the authority's certificate there and leave it; a temporary file if not given
  --client-id ID  the id of the application; a random one if not given
  --private-key-file FILE   its private key (P-256, PKCS#8 PEM); a new one if not given
  --service-key-file FILE   the key that tokens of the service are signed with; a new one if not given
  --v2-application-id ID    the id of the application of the current service (FIDO2 v2); a random one if
                  not given
  --v2-api-key-file FILE    its API key; a new one if not given
  --v2-service-key-file FILE   the key that tokens of the current service are signed with; a new one if not
                  given
  --clock N       begin at this time, in Unix seconds; the machine's time if not given
  --seed FILE     begin with the users, credentials and applications of this file: JSON, as
                  GET /_emulator/state returns it
  --output FORM   print the variables as export (lines for a shell; so if not given), env (NAME=value)
                  or json (one object)
  --log           write a line for each request to standard error: time, request, status, operation, and
                  why it was refused
  --config FILE   read settings from this TOML file
  -h, --help      this text
  -V, --version   the version

Each setting may also be a variable (LOGINID_EMULATOR_CLIENT_ID) or be in the file (client_id = \"shop\"),
with _ for the inner - and ORIGINS or origins for the values of --origin together. An option wins over a
variable, and a variable over the file.
";

/// Runs what the arguments say and returns the exit status.
pub fn run() -> u8 {
    carry_out().unwrap_or_else(|error| output::failed(error.as_ref()))
}

fn carry_out() -> Result<u8, Box<dyn Error>> {
    match arguments::parse(lexopt::Parser::from_env())? {
        Action::Help => output::print(HELP)?,
        Action::Version => output::print(concat!(
            "loginid-emulator ",
            env!("CARGO_PKG_VERSION"),
            "\n"
        ))?,
        Action::Serve(options) => serve::serve(&options.settings.complete(options.config)?)?,
        Action::Exec(options, command) => {
            let settings = options.settings.complete(options.config)?;
            return exec::exec(&settings, &command);
        }
        Action::Doctor(arguments) => return doctor::doctor(&arguments),
    }
    Ok(0)
}
