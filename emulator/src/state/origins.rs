//! The origins that WebAuthn answers are accepted from.

/// The relying party id. Browsers accept it on pages of this machine, also over plain HTTP.
pub const RP_ID: &str = "localhost";

/// The origins allowed in addition to those of this machine.
#[derive(Default)]
pub struct Origins(Vec<String>);

impl Origins {
    pub fn add(&mut self, origin: String) {
        self.0.push(origin);
    }

    /// Whether WebAuthn answers from this origin are accepted.
    pub fn allow(&self, origin: &str, base_url: &str) -> bool {
        let own = base_url.replace("127.0.0.1", RP_ID);
        let local = origin.strip_prefix("http://localhost").is_some_and(|rest| {
            match rest.strip_prefix(':') {
                Some(port) => !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()),
                None => rest.is_empty(),
            }
        });
        local
            || origin == "https://localhost"
            || origin == own
            || self.0.iter().any(|allowed| allowed == origin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_this_machine_and_those_added_are_allowed() {
        let mut origins = Origins::default();
        origins.add("https://localhost:9443".to_owned());
        let allowed = |origin| origins.allow(origin, "https://127.0.0.1:8443");
        for origin in [
            "https://localhost",
            "http://localhost",
            "http://localhost:3000",
            "https://localhost:8443",
            "https://localhost:9443",
        ] {
            assert!(allowed(origin), "{origin}");
        }
        for origin in [
            "https://localhost:1",
            "https://127.0.0.1:8443",
            "http://localhost.evil",
            "http://localhost:",
            "http://localhost:80@evil",
            "http://localhost:80.evil",
            "https://evil",
            "",
            "null",
            "http://localhost/",
        ] {
            assert!(!allowed(origin), "{origin}");
        }
    }
}
