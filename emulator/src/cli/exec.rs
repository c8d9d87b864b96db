//! `loginid-emulator exec`: runs a command with its own emulator.

use std::error::Error;
use std::ffi::OsString;
use std::io::ErrorKind;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, ExitStatus};

use rustix::process::{Pid, Signal, kill_process};
use signal_hook::consts::{SIGCHLD, SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::iterator::SignalsInfo;
use signal_hook::iterator::exfiltrator::origin::WithOrigin;
use signal_hook::low_level::siginfo::Cause;

use super::environment::{Environment, start};
use super::output::say;
use super::settings::Settings;

/// Runs the command and returns its exit status as a shell does.
pub fn exec(settings: &Settings, command: &[OsString]) -> Result<u8, Box<dyn Error>> {
    let emulator = start(settings)?;
    // Before the command starts, so that neither a signal nor its end is missed.
    let mut signals = SignalsInfo::<WithOrigin>::new([SIGCHLD, SIGHUP, SIGINT, SIGQUIT, SIGTERM])?;
    let environment = Environment::new(emulator, settings)?;
    let (program, arguments) = command.split_first().ok_or("exec needs a command to run")?;
    let variables = environment
        .variables
        .iter()
        .map(|(name, value)| (name, value));
    environment.report_unset();
    let mut command = Command::new(program);
    command.args(arguments).envs(variables);
    for name in environment.foreign() {
        command.env_remove(name);
    }
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) => {
            say(format_args!("{}: {error}", program.display()));
            return Ok(if error.kind() == ErrorKind::NotFound {
                127
            } else {
                126
            });
        }
    };
    Ok(exit_code(wait(&mut child, &mut signals)?))
}

fn wait(child: &mut Child, signals: &mut SignalsInfo<WithOrigin>) -> std::io::Result<ExitStatus> {
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        for origin in signals.wait() {
            // A terminal sends its signals (Ctrl-C) to the command too, which must not get them twice.
            if origin.signal != SIGCHLD && origin.cause != Cause::Kernel {
                forward(child, origin.signal);
            }
        }
    }
}

fn forward(child: &Child, signal: i32) {
    let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    if let (Some(pid), Some(signal)) = (pid, Signal::from_named_raw(signal)) {
        // This fails only if the command has ended, which the next check finds.
        let _ = kill_process(pid, signal);
    }
}

fn exit_code(status: ExitStatus) -> u8 {
    let code = status.code().or(status.signal().map(|signal| 128 + signal));
    code.and_then(|code| u8::try_from(code).ok())
        .unwrap_or(u8::MAX)
}
