//! A call: as many attempts as it takes and may take. Each is authorized anew, logged,
//! and within the call's budget. The only user of `http`.

mod attempt;
mod call;
mod failure;
mod refusal;
mod retry;

use std::time::{Duration, Instant};

use crate::budget::Budget;
use crate::config::Config;
use crate::connections::Connections;
use crate::error::{Error, Result};
use crate::fork;
use crate::log::{self, CurrentLogger};
use crate::net::{Woken, sleep_until};
use crate::random;
use attempt::Attempt;
pub(crate) use attempt::Bearer;
pub(crate) use call::{Call, encode};
use failure::FailedAttempt;

/// What a client brings along for its calls.
pub(crate) struct Caller<'a> {
    pub(crate) config: &'a Config,
    pub(crate) connections: &'a Connections,
    pub(crate) logger: &'a CurrentLogger,
}

/// Carries a call out and has the answer to it judged: a body of a success (2xx),
/// which is UTF-8. Every error names the operation and the request.
pub(crate) fn execute<T>(
    caller: &Caller<'_>,
    mut call: Call<'_>,
    budget: &Budget,
    authorize: impl Fn(&Call<'_>) -> Result<Bearer>,
    judge: impl Fn(String) -> Result<T>,
) -> Result<T> {
    let operation = call.operation;
    let request_id = random::uuid()?;
    let body = call.take_body();
    let result = if budget.is_cancelled() {
        Err(Error::cancelled())
    } else {
        let attempt = |bearer| Attempt {
            config: caller.config,
            call: &call,
            body: body.as_ref(),
            bearer,
            request_id: &request_id,
        };
        attempts(caller, budget, || Ok(attempt(authorize(&call)?)), judge)
    };
    result.map_err(|error| error.with_operation(operation.name))
}

fn attempts<'a, T>(
    caller: &Caller<'_>,
    budget: &Budget,
    next: impl Fn() -> Result<Attempt<'a>>,
    judge: impl Fn(String) -> Result<T>,
) -> Result<T> {
    let process = fork::process();
    let mut number = 1;
    loop {
        let started = Instant::now();
        let attempt = next()?;
        attempt.check_size()?;
        let answered = attempt.run(&caller.connections.agent, budget);
        let duration = started.elapsed();
        let http_status = match &answered {
            Ok(answer) => Some(answer.status),
            Err(failed) => failed.error.http_status(),
        };
        // Judged before it is logged, so that the event says what came of it.
        let outcome = answered
            .and_then(|answer| {
                let judged = judge(answer.text);
                judged.map_err(|error| FailedAttempt::refused(error, answer.status))
            })
            .map_err(|failed| failed.named(caller.config));
        let retry_in = match &outcome {
            Ok(_) => None,
            Err(failed) => pause(failed, &attempt, number, budget)?,
        };
        let operation = attempt.call.operation;
        caller.logger.log(&log::Attempt {
            operation,
            number,
            request_id: attempt.request_id,
            http_status,
            error: outcome
                .as_ref()
                .err()
                .and_then(FailedAttempt::of_this_attempt),
            duration,
            retry_in,
        });
        let failed = match outcome {
            Ok(result) => return Ok(result),
            Err(failed) => failed,
        };
        // A system that cannot even wait gets the error of the attempt.
        let woken = retry_in
            .and_then(|wait| sleep_until(Instant::now() + wait, budget.cancel.as_deref()).ok());
        fork::check_process(process)?;
        match woken {
            Some(woken) if woken == Woken::Cancelled || budget.is_cancelled() => {
                return Err(Error::cancelled().with_request_id(attempt.request_id));
            }
            Some(_) => number += 1,
            None => {
                return Err(failed
                    .error
                    .with_request_id(attempt.request_id)
                    .with_retryable(failed.repeat.allows(operation))
                    .with_retry_after(failed.retry_after));
            }
        }
    }
}

/// How long to wait before another attempt, `None` if there is to be none.
fn pause(
    failed: &FailedAttempt,
    attempt: &Attempt<'_>,
    number: u32,
    budget: &Budget,
) -> Result<Option<Duration>> {
    let call = attempt.call;
    if number > attempt.config.max_retries || !failed.repeat.allows(call.operation) {
        return Ok(None);
    }
    let wait = match failed.retry_after {
        Some(wait) => wait,
        None => retry::backoff(number)?,
    };
    let is_allowed = wait < budget.left() && call.may_repeat.is_none_or(|may_repeat| may_repeat());
    Ok(is_allowed.then_some(wait))
}
