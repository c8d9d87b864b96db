//! The settings of an emulator: from options, else the environment, else a file.

use std::env;
use std::error::Error;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use loginid_emulator::{Builder, Emulator};
use serde::Deserialize;

use super::files::read;
use super::spelling::nearest;

/// The names of the variables begin so.
const PREFIX: &str = "LOGINID_EMULATOR_";

/// What follows in the names of the settings.
const SETTINGS: [&str; 17] = [
    "HOST",
    "PORT",
    "RP_ID",
    "ORIGINS",
    "TLS",
    "CA_OUT",
    "CLIENT_ID",
    "PRIVATE_KEY_FILE",
    "SERVICE_KEY_FILE",
    "V2_APPLICATION_ID",
    "V2_API_KEY_FILE",
    "V2_SERVICE_KEY_FILE",
    "CLOCK",
    "SEED",
    "OUTPUT",
    "LOG",
    "CONFIG",
];

/// The same, in the names of variables that an emulator prints for its clients.
const PRINTED: [&str; 2] = ["URL", "TOKEN"];

/// The settings of one source. The names are those of the options, with `_` for `-`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The host to listen on, if it is not `localhost`.
    pub host: Option<String>,
    pub port: Option<u16>,
    pub rp_id: Option<String>,
    pub origins: Option<Vec<String>>,
    pub tls: Option<bool>,
    pub ca_out: Option<PathBuf>,
    pub client_id: Option<String>,
    pub private_key_file: Option<PathBuf>,
    pub service_key_file: Option<PathBuf>,
    pub v2_application_id: Option<String>,
    pub v2_api_key_file: Option<PathBuf>,
    pub v2_service_key_file: Option<PathBuf>,
    /// Unix seconds.
    pub clock: Option<i64>,
    pub seed: Option<PathBuf>,
    pub output: Option<Output>,
    pub log: Option<bool>,
}

/// How the variables are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Output {
    /// Lines that a shell can evaluate.
    #[default]
    Export,
    /// `NAME=value`, as `docker run --env-file` reads it.
    Env,
    /// One JSON object.
    Json,
}

impl FromStr for Output {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "export" => Ok(Self::Export),
            "env" => Ok(Self::Env),
            "json" => Ok(Self::Json),
            _ => Err("it must be export, env or json"),
        }
    }
}

impl Settings {
    /// Completes the options with the environment and the file.
    pub fn complete(self, config: Option<PathBuf>) -> Result<Self, Box<dyn Error>> {
        refuse_unknown_variables()?;
        let settings = self.or(Self::from_environment()?);
        let config = match config {
            Some(path) => Some(path),
            None => variable::<PathBuf>("CONFIG")?,
        };
        let settings = match config {
            Some(path) => settings.or(Self::from_file(&path)?),
            None => settings,
        };
        if settings.ca_out.is_some() && settings.tls != Some(true) {
            return Err("--ca-out makes sense with --tls only".into());
        }
        Ok(settings)
    }

    /// These settings, and those of another source where they are not given.
    fn or(self, other: Self) -> Self {
        Self {
            host: self.host.or(other.host),
            port: self.port.or(other.port),
            rp_id: self.rp_id.or(other.rp_id),
            origins: self.origins.or(other.origins),
            tls: self.tls.or(other.tls),
            ca_out: self.ca_out.or(other.ca_out),
            client_id: self.client_id.or(other.client_id),
            private_key_file: self.private_key_file.or(other.private_key_file),
            service_key_file: self.service_key_file.or(other.service_key_file),
            v2_application_id: self.v2_application_id.or(other.v2_application_id),
            v2_api_key_file: self.v2_api_key_file.or(other.v2_api_key_file),
            v2_service_key_file: self.v2_service_key_file.or(other.v2_service_key_file),
            clock: self.clock.or(other.clock),
            seed: self.seed.or(other.seed),
            output: self.output.or(other.output),
            log: self.log.or(other.log),
        }
    }

    fn from_environment() -> Result<Self, Box<dyn Error>> {
        let origins = variable::<String>("ORIGINS")?;
        Ok(Self {
            host: variable("HOST")?,
            port: variable("PORT")?,
            rp_id: variable("RP_ID")?,
            origins: origins.map(|list| list.split_whitespace().map(str::to_owned).collect()),
            tls: variable("TLS")?,
            ca_out: variable("CA_OUT")?,
            client_id: variable("CLIENT_ID")?,
            private_key_file: variable("PRIVATE_KEY_FILE")?,
            service_key_file: variable("SERVICE_KEY_FILE")?,
            v2_application_id: variable("V2_APPLICATION_ID")?,
            v2_api_key_file: variable("V2_API_KEY_FILE")?,
            v2_service_key_file: variable("V2_SERVICE_KEY_FILE")?,
            clock: variable("CLOCK")?,
            seed: variable("SEED")?,
            output: variable("OUTPUT")?,
            log: variable("LOG")?,
        })
    }

    /// Files that the file names are looked for beside it.
    fn from_file(path: &Path) -> Result<Self, Box<dyn Error>> {
        let text = read(path)?;
        let mut settings: Self =
            toml::from_str(&text).map_err(|error| mistake(path, &text, &error))?;
        let folder = path.parent().unwrap_or(Path::new(""));
        for file in [
            &mut settings.ca_out,
            &mut settings.private_key_file,
            &mut settings.service_key_file,
            &mut settings.v2_api_key_file,
            &mut settings.v2_service_key_file,
            &mut settings.seed,
        ] {
            *file = file.as_ref().map(|file| folder.join(file));
        }
        Ok(settings)
    }

    /// An emulator with these settings. The files are read now.
    pub fn builder(&self) -> Result<Builder, Box<dyn Error>> {
        // Pages may have passkeys of `localhost`, but not of an IP address.
        let host = self.host.as_deref().unwrap_or("localhost");
        let mut builder = Emulator::builder()
            .host(host)
            .port(self.port.unwrap_or_default())
            .log(self.log.unwrap_or_default());
        if let Some(rp_id) = &self.rp_id {
            builder = builder.rp_id(rp_id);
        }
        for origin in self.origins.iter().flatten() {
            builder = builder.origin(origin);
        }
        if self.tls == Some(true) {
            builder = builder.tls();
        }
        if let Some(client_id) = &self.client_id {
            builder = builder.client_id(client_id);
        }
        if let Some(file) = &self.private_key_file {
            builder = builder.private_key(read(file)?);
        }
        if let Some(file) = &self.service_key_file {
            builder = builder.service_key(read(file)?);
        }
        if let Some(id) = &self.v2_application_id {
            builder = builder.v2_application_id(id);
        }
        if let Some(file) = &self.v2_api_key_file {
            builder = builder.v2_api_key(read(file)?);
        }
        if let Some(file) = &self.v2_service_key_file {
            builder = builder.v2_service_key(read(file)?);
        }
        if let Some(clock) = self.clock {
            builder = builder.clock(clock);
        }
        if let Some(file) = &self.seed {
            builder = builder.seed(read(file)?);
        }
        Ok(builder)
    }
}

/// Refuses a variable that would be a setting if it were written right. An empty one counts as not set.
fn refuse_unknown_variables() -> Result<(), Box<dyn Error>> {
    let set = env::vars_os().filter(|(_, value)| !value.is_empty());
    for (name, _) in set {
        let name = name.to_string_lossy();
        let Some(setting) = name.strip_prefix(PREFIX) else {
            continue;
        };
        if SETTINGS.contains(&setting) || PRINTED.contains(&setting) {
            continue;
        }
        let meant = nearest(setting, SETTINGS).map_or(String::new(), |meant| {
            format!(": did you mean {PREFIX}{meant}?")
        });
        return Err(format!("there is no variable {}{meant}", name.escape_debug()).into());
    }
    Ok(())
}

/// A mistake in a file, on one line. The line of the file is not shown: it may have a secret.
fn mistake(path: &Path, text: &str, error: &toml::de::Error) -> String {
    let before = error.span().and_then(|span| text.get(..span.start));
    let line = before.map_or(1, |before| before.matches('\n').count() + 1);
    let message = error.message().split_whitespace().collect::<Vec<_>>();
    format!("{}:{line}: {}", path.display(), message.join(" "))
}

/// The value of a variable; an empty one counts as not set.
fn variable<T: FromStr>(name: &str) -> Result<Option<T>, Box<dyn Error>>
where
    T::Err: std::fmt::Display,
{
    let name = format!("{PREFIX}{name}");
    let Some(value) = env::var_os(&name).filter(|value| value != OsStr::new("")) else {
        return Ok(None);
    };
    let value = value
        .into_string()
        .map_err(|_| format!("{name}: it is not UTF-8"))?;
    let parsed = value.parse();
    Ok(Some(parsed.map_err(|error| format!("{name}: {error}"))?))
}
