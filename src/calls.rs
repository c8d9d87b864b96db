//! Executes a call: makes attempts, each with a new token, logs them, and retries within the
//! call's budget. Only this module sends requests.

pub(crate) mod answer;
mod arguments;
mod attempt;
mod call;
mod credential;
mod dialect;
mod error_response;
mod failure;
mod options;
mod retry;

use std::time::{Duration, Instant};

use crate::budget::Budget;
use crate::config::Common;
use crate::error::{Error, Result};
use crate::fork;
use crate::http::Agent;
use crate::log::{self, CurrentLogger};
use crate::net::{Woken, sleep_until};
pub(crate) use arguments::{check_value, options};
use attempt::PreparedCall;
pub(crate) use call::{Call, encode};
pub(crate) use credential::Credential;
pub(crate) use dialect::Dialect;
use failure::FailedAttempt;
pub(crate) use failure::connection_code;
pub(crate) use options::CallOptions;

/// What a client provides for its calls.
pub(crate) struct Context<'a> {
    pub(crate) config: &'a Common,
    pub(crate) dialect: &'a Dialect,
    pub(crate) options: &'a CallOptions,
    pub(crate) agent: &'a Agent,
    pub(crate) logger: &'a CurrentLogger,
}

/// Executes a call. `read` checks and converts the body of a successful answer (2xx). Every
/// error names the operation and the request.
pub(crate) fn execute<T>(
    context: &Context<'_>,
    mut call: Call<'_>,
    budget: &Budget,
    authorize: impl Fn(&Call<'_>) -> Result<Credential>,
    read: impl Fn(String) -> Result<T>,
) -> Result<T> {
    let operation = call.operation;
    let prepared = PreparedCall {
        config: context.config,
        dialect: context.dialect,
        options: context.options,
        request_id: context.options.request_id()?,
        body: call.take_body(),
        call,
    };
    let result = if budget.is_cancelled() {
        Err(Error::cancelled())
    } else {
        run_attempts(context, &prepared, budget, authorize, read)
    };
    result.map_err(|error| error.with_operation(operation.name))
}

/// Makes attempts until one succeeds or no retry is allowed.
fn run_attempts<T>(
    context: &Context<'_>,
    prepared: &PreparedCall<'_>,
    budget: &Budget,
    authorize: impl Fn(&Call<'_>) -> Result<Credential>,
    read: impl Fn(String) -> Result<T>,
) -> Result<T> {
    let process = fork::process();
    let operation = prepared.call.operation;
    let request_id = prepared.request_id.as_str();
    let mut number = 1;
    loop {
        let credential = authorize(&prepared.call)?;
        prepared.check_size(&credential)?;
        let started = Instant::now();
        let answer = prepared.send(&credential, context.agent, budget);
        let duration = started.elapsed();
        let http_status = match &answer {
            Ok(success) => Some(success.status),
            Err(failed) => failed.error.http_status(),
        };
        // Reads the answer before it logs the attempt: the event contains the result.
        let result = answer
            .and_then(|success| {
                read(success.text)
                    .map_err(|error| FailedAttempt::invalid_answer(error, success.status))
            })
            .map_err(|failed| failed.with_service(context.config));
        let retry_in = match &result {
            Ok(_) => None,
            Err(failed) => retry_delay(failed, prepared, number, budget)?,
        };
        context.logger.log(&log::Attempt {
            operation,
            number,
            request_id,
            http_status,
            error: result.as_ref().err().and_then(FailedAttempt::own_error),
            duration,
            retry_in,
        });
        let failed = match result {
            Ok(value) => return Ok(value),
            Err(failed) => failed,
        };
        // If waiting fails, the caller gets the error of the attempt.
        let woken =
            retry_in.and_then(|delay| sleep_until(Instant::now() + delay, &budget.cancels).ok());
        fork::check_process(process)?;
        match woken {
            Some(woken) if woken == Woken::Cancelled || budget.is_cancelled() => {
                return Err(Error::cancelled().with_request_id(request_id));
            }
            Some(_) => number += 1,
            None => {
                return Err(failed
                    .error
                    .with_request_id(request_id)
                    .with_retryable(failed.retry.allows(operation))
                    .with_retry_after(failed.retry_after));
            }
        }
    }
}

/// The delay before the next attempt, or `None` if there is none.
fn retry_delay(
    failed: &FailedAttempt,
    prepared: &PreparedCall<'_>,
    number: u32,
    budget: &Budget,
) -> Result<Option<Duration>> {
    let call = &prepared.call;
    if number > prepared.options.max_retries(prepared.config)
        || !failed.retry.allows(call.operation)
    {
        return Ok(None);
    }
    let delay = match failed.retry_after {
        Some(delay) => delay,
        None => retry::backoff(number)?,
    };
    let is_allowed = delay < budget.left() && call.may_retry.is_none_or(|may_retry| may_retry());
    Ok(is_allowed.then_some(delay))
}
