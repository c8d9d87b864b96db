//! The relying party of an application: its id, and the origins whose pages and apps have its passkeys.

use axum::http::{HeaderMap, header};
use serde::{Deserialize, Serialize};

use crate::error::ServiceError;
use crate::host::Host;
use crate::json;
use crate::origin::Origin;
use crate::webauthn::Expected;

/// The relying party id of an application that has no other. Browsers accept it on pages of this machine,
/// also over plain HTTP.
pub const DEFAULT_RP_ID: &str = "localhost";

/// The client that passkey options are for.
pub enum Requester {
    /// A page of this origin.
    Page(Origin),
    /// A native app: it sends no `Origin` header.
    Native,
    /// A server, or a page whose origin is not allowed.
    Other,
}

impl Requester {
    /// The client that an `Origin` header names, if there is one.
    pub fn of_origin(headers: &HeaderMap) -> Option<Self> {
        let origin = headers.get(header::ORIGIN)?.to_str().ok();
        let page = origin.and_then(Origin::parse_exact);
        Some(page.map_or(Self::Other, Self::Page))
    }
}

/// An origin, and the relying party id of the options that it gets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AllowedOrigin {
    /// For example `https://shop.example`.
    pub origin: String,
    /// For example `shop.example`.
    pub rp_id: String,
}

/// The relying party of one application.
#[derive(Clone, Debug)]
pub struct RelyingParty {
    initial_rp_id: String,
    rp_id: String,
    /// In addition to those of this machine, each with its relying party id.
    origins: Vec<(Origin, String)>,
}

impl Default for RelyingParty {
    fn default() -> Self {
        Self {
            initial_rp_id: DEFAULT_RP_ID.to_owned(),
            rp_id: DEFAULT_RP_ID.to_owned(),
            origins: Vec::new(),
        }
    }
}

impl RelyingParty {
    /// One with this id, or the default one, and these origins.
    pub fn new(rp_id: Option<&str>, origins: &[String]) -> Result<Self, ServiceError> {
        let mut new = Self::default();
        if let Some(rp_id) = rp_id {
            new.set_rp_id(rp_id)?;
            new.initial_rp_id.clone_from(&new.rp_id);
        }
        for origin in origins {
            new.allow(origin, None)?;
        }
        Ok(new)
    }

    /// The id for clients that have no other.
    pub fn rp_id(&self) -> &str {
        &self.rp_id
    }

    pub fn set_rp_id(&mut self, rp_id: &str) -> Result<(), ServiceError> {
        self.rp_id = parse_rp_id_of_any(rp_id)?;
        Ok(())
    }

    /// Back to the id that it began with.
    pub fn reset_rp_id(&mut self) {
        self.rp_id.clone_from(&self.initial_rp_id);
    }

    /// Allows an origin. Without an `rp_id` it keeps the one that it has, or gets the application's, or its own
    /// host if a page may not use that one. An app has no host, and `localhost` is no app's: it needs one.
    pub fn allow(
        &mut self,
        origin: &str,
        rp_id: Option<&str>,
    ) -> Result<AllowedOrigin, ServiceError> {
        let origin = parse_origin(origin)?;
        let known = self.origins.iter().find(|(known, _)| *known == origin);
        let rp_id = match (rp_id, known, origin.host()) {
            (None, Some((_, rp_id)), _) => rp_id.clone(),
            (None, None, None) if self.rp_id == DEFAULT_RP_ID => {
                return Err(invalid_rp_id(
                    "rp_id is required for an Android app: the domain whose assetlinks.json names the app",
                ));
            }
            (None, None, _) => self.default_for(&origin),
            (Some(rp_id), _, Some(_)) => parse_rp_id(rp_id)?,
            (Some(rp_id), _, None) => parse_rp_id_of_any(rp_id)?,
        };
        if origin.host().is_some_and(|host| !covers(&rp_id, host)) {
            return Err(invalid_rp_id(
                "rp_id must be the host of the origin, or a domain above it with at least two labels",
            ));
        }
        self.origins.retain(|(known, _)| *known != origin);
        let allowed = view(&origin, &rp_id);
        self.origins.push((origin, rp_id));
        Ok(allowed)
    }

    /// Allows an origin no longer.
    pub fn disallow(&mut self, origin: &str) -> Result<(), ServiceError> {
        let origin = parse_origin(origin)?;
        let before = self.origins.len();
        self.origins.retain(|(known, _)| *known != origin);
        if self.origins.len() == before {
            return Err(ServiceError::not_found(
                "origin_not_found",
                "The origin was not added. Those of localhost are always allowed",
            ));
        }
        Ok(())
    }

    /// The added origins.
    pub fn origins(&self) -> Vec<AllowedOrigin> {
        let origins = self.origins.iter();
        origins.map(|(origin, rp_id)| view(origin, rp_id)).collect()
    }

    /// Whether pages of this origin may call the service.
    pub fn knows(&self, origin: &Origin) -> bool {
        origin.is_local() || self.origins.iter().any(|(known, _)| known == origin)
    }

    /// The relying party id of the options for a client.
    pub fn rp_id_for(&self, requester: &Requester) -> String {
        let added = |wanted: &dyn Fn(&Origin) -> bool| {
            let found = self.origins.iter().find(|(origin, _)| wanted(origin));
            found.map(|(_, rp_id)| rp_id.clone())
        };
        let rp_id = match requester {
            Requester::Page(page) => added(&|origin| origin == page)
                .or_else(|| page.is_local().then(|| self.default_for(page))),
            Requester::Native => added(&|origin| matches!(origin, Origin::AndroidApp(_))),
            Requester::Other => None,
        };
        rp_id.unwrap_or_else(|| self.rp_id.clone())
    }

    /// Whether an answer of this origin to options with this relying party id is accepted. Browsers check that
    /// a page may use the id; for apps nobody else does.
    pub fn accepts(&self, origin: &Origin, rp_id: &str) -> bool {
        if origin.host().is_some() {
            return self.knows(origin);
        }
        let mut added = self.origins.iter();
        added.any(|(known, known_rp_id)| known == origin && known_rp_id == rp_id)
    }

    /// What the answer to a challenge is checked against.
    pub fn expected(&self, rp_id: &str, challenge: &str, client_data: &[u8]) -> Expected {
        // The verifier compares whole origins, and any port of this machine is allowed: the origin of the
        // answer is the expected one if it is allowed at all.
        let origin = json::object(client_data)
            .and_then(|data| data.get("origin")?.as_str().map(str::to_owned));
        let allowed = origin.filter(|origin| {
            Origin::parse_exact(origin).is_some_and(|origin| self.accepts(&origin, rp_id))
        });
        Expected {
            challenge: challenge.to_owned(),
            origins: allowed.into_iter().collect(),
            rp_id: rp_id.to_owned(),
            require_user_verification: true,
        }
    }

    fn default_for(&self, origin: &Origin) -> String {
        match origin.host() {
            Some(host) if !covers(&self.rp_id, host) => host.to_string(),
            _ => self.rp_id.clone(),
        }
    }
}

/// Whether browsers let pages of the host use the relying party id: it is the host, or a domain above it that
/// is not a single label such as `com`.
fn covers(rp_id: &str, host: &Host) -> bool {
    let Host::Name(host) = host else {
        return false;
    };
    let above = host
        .strip_suffix(rp_id)
        .is_some_and(|rest| rest.ends_with('.'));
    host == rp_id || (above && rp_id.contains('.'))
}

fn parse_origin(text: &str) -> Result<Origin, ServiceError> {
    Origin::parse(text).map_err(|wrong| ServiceError::refused("invalid_origin", wrong))
}

fn parse_rp_id(text: &str) -> Result<String, ServiceError> {
    match Host::parse(text) {
        Some(Host::Name(name)) if name == text => Ok(name),
        _ => Err(invalid_rp_id(
            "rp_id must be a host name in small letters, for example shop.example",
        )),
    }
}

/// An id that is not compared with the host of a page.
fn parse_rp_id_of_any(text: &str) -> Result<String, ServiceError> {
    let rp_id = parse_rp_id(text)?;
    if rp_id.contains('.') || rp_id == DEFAULT_RP_ID {
        return Ok(rp_id);
    }
    Err(invalid_rp_id(
        "rp_id must have at least two labels, for example shop.example, or be localhost",
    ))
}

fn invalid_rp_id(wrong: &'static str) -> ServiceError {
    ServiceError::refused("invalid_rp_id", wrong)
}

fn view(origin: &Origin, rp_id: &str) -> AllowedOrigin {
    AllowedOrigin {
        origin: origin.to_string(),
        rp_id: rp_id.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const APP: &str = "android:apk-key-hash:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    fn page(text: &str) -> Requester {
        Requester::Page(Origin::parse(text).unwrap())
    }

    fn accepts(party: &RelyingParty, origin: &str, rp_id: &str) -> bool {
        party.accepts(&Origin::parse(origin).unwrap(), rp_id)
    }

    #[test]
    fn each_page_gets_an_id_that_its_browser_accepts() {
        let mut party = RelyingParty::default();
        party
            .allow("https://www.shop.example", Some("shop.example"))
            .unwrap();
        party.allow("https://bank.example:8443", None).unwrap();
        party.allow(APP, Some("app.example")).unwrap();
        for (requester, rp_id) in [
            (page("http://localhost:3000"), "localhost"),
            (page("https://localhost:9443"), "localhost"),
            // `localhost` is a single label: browsers accept it for itself only.
            (page("http://a.localhost:3000"), "a.localhost"),
            (page("https://www.shop.example"), "shop.example"),
            (page("https://bank.example:8443"), "bank.example"),
            (page("https://elsewhere.example"), "localhost"),
            (Requester::Native, "app.example"),
            (Requester::Other, "localhost"),
        ] {
            assert_eq!(party.rp_id_for(&requester), rp_id);
        }
    }

    #[test]
    fn the_id_of_the_application_serves_every_page_that_may_use_it() {
        let origins = ["https://www.shop.example".to_owned(), APP.to_owned()];
        let party = RelyingParty::new(Some("shop.example"), &origins).unwrap();
        for (requester, rp_id) in [
            (page("https://www.shop.example"), "shop.example"),
            (page("http://localhost"), "localhost"),
            (Requester::Native, "shop.example"),
            (Requester::Other, "shop.example"),
        ] {
            assert_eq!(party.rp_id_for(&requester), rp_id);
        }
    }

    #[test]
    fn only_allowed_origins_are_accepted_and_apps_only_for_their_id() {
        let mut party = RelyingParty::default();
        party.allow("https://www.shop.example", None).unwrap();
        party.allow(APP, Some("shop.example")).unwrap();
        for (origin, rp_id) in [
            ("http://localhost:3000", "localhost"),
            ("http://a.localhost", "a.localhost"),
            ("https://www.shop.example", "www.shop.example"),
            ("https://www.shop.example", "shop.example"),
            (APP, "shop.example"),
        ] {
            assert!(accepts(&party, origin, rp_id), "{origin} {rp_id}");
        }
        for (origin, rp_id) in [
            ("https://www.shop.example:8443", "shop.example"),
            ("https://shop.example", "shop.example"),
            (APP, "localhost"),
            (APP, "www.shop.example"),
        ] {
            assert!(!accepts(&party, origin, rp_id), "{origin} {rp_id}");
        }
        party.disallow("https://www.shop.example").unwrap();
        party.disallow(APP).unwrap();
        assert!(!accepts(&party, "https://www.shop.example", "shop.example"));
        assert!(!accepts(&party, APP, "shop.example"));
        assert_eq!(party.disallow(APP).unwrap_err().code, "origin_not_found");
    }

    #[test]
    fn an_id_that_no_browser_accepts_is_refused() {
        let mut party = RelyingParty::default();
        for rp_id in [
            "",
            "https://shop.example",
            "127.0.0.1",
            "Shop.example",
            "a b",
            "shop.example:443",
        ] {
            let error = party.set_rp_id(rp_id).unwrap_err();
            assert_eq!(error.code, "invalid_rp_id", "{rp_id}");
        }
        for rp_id in [
            "example",
            "other.example",
            "ww.shop.example",
            "a.www.shop.example",
        ] {
            let error = party
                .allow("https://www.shop.example", Some(rp_id))
                .unwrap_err();
            assert_eq!(error.code, "invalid_rp_id", "{rp_id}");
        }
        assert!(party.origins().is_empty());
    }
}
