//! One attempt of a call: builds its request, sends it, and reads the text of its answer.

use ureq::http::{HeaderMap, HeaderName, HeaderValue, Request, header};
use zeroize::Zeroizing;

use super::call::Call;
use super::credential::Credential;
use super::dialect::Dialect;
use super::error_response;
use super::failure::FailedAttempt;
use super::options::{CallOptions, RequestId};
use crate::budget::Budget;
use crate::codes::Code;
use crate::config::{Common, Header};
use crate::error::{Error, Result};
use crate::http::{self, Agent, Reply};
use crate::input::pem;
use crate::operation::Answer;
use crate::redact::Secrets;

/// The limit for a public key, which is small.
const MAX_KEY_BYTES: u64 = 64 * 1024;

/// The limit for the variable parts of the request headers, without the credential: more than
/// servers usually accept.
const MAX_HEAD_BYTES: usize = 14 * 1024;

/// The limit for the credential, as it is sent.
const MAX_CREDENTIAL_BYTES: usize = 16 * 1024;

const REQUEST_ID: HeaderName = HeaderName::from_static("request-id");

/// How many headers a request has, `Content-Length` included, without those of the configuration.
const COMMON_HEADERS: usize = 7;

const _: () = {
    let longest = MAX_CREDENTIAL_BYTES + "authorization: Bearer \r\n\r\n".len();
    assert!(longest <= http::MAX_LINE_BYTES);
};

/// What the attempts of a call have in common.
pub(super) struct PreparedCall<'a> {
    pub(super) config: &'a Common,
    pub(super) dialect: &'a Dialect,
    pub(super) options: &'a CallOptions,
    pub(super) call: Call<'a>,
    pub(super) body: Option<Zeroizing<String>>,
    pub(super) request_id: RequestId,
}

/// A successful answer (2xx).
pub(super) struct Success {
    pub(super) status: u16,
    pub(super) text: String,
}

impl PreparedCall<'_> {
    /// Checks that the request headers are not too large.
    pub(super) fn check_size(&self, credential: &Credential) -> Result<()> {
        let config = self.config;
        // Each header line also has a colon, a space and a line break.
        let headers = self.headers().iter().chain(&config.own_headers);
        let headers = headers.map(|(name, value)| name.as_str().len() + value.len() + 4);
        let size = config.base_url.as_str().len()
            + self.call.path.len()
            + self.request_id.as_str().len()
            + match &self.call.user_agent {
                Some(given) => given.len(),
                None => config.user_agent.len(),
            }
            + headers.sum::<usize>();
        if size > MAX_HEAD_BYTES || credential.sent_len() > MAX_CREDENTIAL_BYTES {
            return Err(Error::new(
                Code::RequestTooLarge,
                "a name, an id, the token or the headers are too long for a request",
            ));
        }
        Ok(())
    }

    /// Sends the request and reads the answer.
    pub(super) fn send(
        &self,
        credential: &Credential,
        agent: &Agent,
        budget: &Budget,
    ) -> std::result::Result<Success, FailedAttempt> {
        let config = self.config;
        let answer = self.call.operation.answer;
        let max_body = match answer {
            Answer::Text => config.max_response_bytes.min(MAX_KEY_BYTES),
            _ => config.max_response_bytes,
        };
        let request = self
            .request(credential)
            .map_err(FailedAttempt::without_retry)?;
        let reply = http::exchange(agent, request, max_body, budget)
            .map_err(|failure| FailedAttempt::no_reply(failure, config))?;
        let Reply { status, .. } = reply;
        if !(200..300).contains(&status) {
            return Err(error_response::read(
                reply,
                &self.secrets(credential),
                self.dialect,
                config,
            ));
        }
        let is_empty = reply.body.is_empty() && !reply.announces_body;
        if answer == Answer::NoContent && !(status == 204 && is_empty) {
            let error = Error::new(
                Code::InvalidResponse,
                "its answer is not an empty 204, so it may not be the service's: check base_url",
            );
            return Err(FailedAttempt::invalid_answer(error, status));
        }
        let mut body = reply.body;
        let text = text(std::mem::take(&mut *body), answer).ok_or_else(|| {
            let error = Error::new(Code::InvalidResponse, "its answer is not UTF-8");
            FailedAttempt::invalid_answer(error, status)
        })?;
        Ok(Success { status, text })
    }

    fn request(&self, credential: &Credential) -> Result<Request<Option<&str>>> {
        let config = self.config;
        let mut request = Request::new(self.body.as_ref().map(|body| body.as_str()));
        *request.method_mut() = self.call.operation.method.to_http();
        *request.uri_mut() = config.base_url.uri(&self.call.path)?;
        let json = HeaderValue::from_static("application/json");
        let (own, added) = (&config.own_headers, self.headers());
        let mut headers = HeaderMap::with_capacity(COMMON_HEADERS + own.len() + added.len());
        headers.insert(header::HOST, config.base_url.host_header().clone());
        headers.insert(header::ACCEPT, json.clone());
        headers.insert(REQUEST_ID, self.request_id.header().clone());
        if self.body.is_some() || self.dialect.always_names_content {
            headers.insert(header::CONTENT_TYPE, json);
        }
        if let Some(value) = credential.header()? {
            headers.insert(header::AUTHORIZATION, value);
        }
        let user_agent = self.call.user_agent.as_ref().unwrap_or(&config.user_agent);
        headers.insert(header::USER_AGENT, user_agent.clone());
        for (name, value) in own.iter().chain(added) {
            headers.append(name, value.clone());
        }
        *request.headers_mut() = headers;
        Ok(request)
    }

    fn headers(&self) -> &[Header] {
        self.options.headers(self.config)
    }

    /// The secrets that no error may contain.
    fn secrets<'a>(&'a self, credential: &'a Credential) -> Secrets<'a> {
        let named = self.call.secrets.iter().map(|secret| secret.as_str());
        let named = named.chain(self.call.api_key);
        Secrets::new(named, credential.secret(), self.headers())
    }
}

/// The text of an answer, if it is UTF-8. Text around the PEM of a key may have another
/// encoding.
fn text(bytes: Vec<u8>, answer: Answer) -> Option<String> {
    match String::from_utf8(bytes) {
        Ok(text) => Some(text),
        Err(error) if answer == Answer::Text && !pem::blocks(error.as_bytes()).is_empty() => {
            Some(pem::as_utf8(error.as_bytes()))
        }
        Err(_) => None,
    }
}
