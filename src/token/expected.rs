//! What a claim must be equal to.

/// The name of an application or an issuer.
#[derive(Debug)]
pub(crate) enum Name {
    Exact(String),
    /// ASCII letters count as equal in either case: the name was taken from a host.
    AnyCase(String),
    /// A URL, whose host may be in either case.
    Url(String),
}

impl Name {
    pub(super) fn is(&self, claimed: &str) -> bool {
        match self {
            Name::Exact(name) => name == claimed,
            Name::AnyCase(name) => name.eq_ignore_ascii_case(claimed),
            Name::Url(url) => is_same_url(url, claimed),
        }
    }
}

fn is_same_url(url: &str, other: &str) -> bool {
    let (Some(one), Some(other)) = (parts(url), parts(other)) else {
        return url == other;
    };
    one.scheme == other.scheme
        && one.authority.eq_ignore_ascii_case(other.authority)
        && one.path == other.path
}

struct Parts<'a> {
    scheme: &'a str,
    /// Without the scheme's default port.
    authority: &'a str,
    path: &'a str,
}

fn parts(url: &str) -> Option<Parts<'_>> {
    let (scheme, rest) = url.split_once("://")?;
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let default_port = if scheme == "https" { ":443" } else { ":80" };
    Some(Parts {
        scheme,
        authority: authority.strip_suffix(default_port).unwrap_or(authority),
        path,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_from_a_host_is_compared_without_regard_to_case() {
        let name = Name::AnyCase("APP1".to_owned());
        assert!(name.is("app1") && name.is("APP1"));
        assert!(!name.is("app2") && !name.is("app1 "));
        let exact = Name::Exact("APP1".to_owned());
        assert!(exact.is("APP1") && !exact.is("app1"));
        // Only ASCII: İ and ı are other letters.
        assert!(!Name::AnyCase("İ".to_owned()).is("i"));
    }

    #[test]
    fn an_issuer_is_the_same_origin_and_path() {
        let issuer = Name::Url("https://APP.api.example.com".to_owned());
        for same in [
            "https://APP.api.example.com",
            "https://app.API.example.com",
            "https://app.api.example.com:443",
        ] {
            assert!(issuer.is(same), "{same}");
        }
        for other in [
            "",
            "app.api.example.com",
            "http://app.api.example.com",
            "HTTPS://app.api.example.com",
            "https://app.api.example.com/",
            "https://app.api.example.com:444",
            "https://app.api.example.com.evil.example",
            "https://user@app.api.example.com",
            "https://app.api.example.com?",
        ] {
            assert!(!issuer.is(other), "{other}");
        }
        let local = Name::Url("http://app.localhost:8080".to_owned());
        assert!(local.is("http://APP.localhost:8080") && !local.is("http://app.localhost"));
        let gateway = Name::Url("https://gw.example.com/LoginID".to_owned());
        assert!(gateway.is("https://GW.example.com/LoginID"));
        assert!(!gateway.is("https://gw.example.com/loginid"));
        assert!(Name::Url("https://h:443".to_owned()).is("https://H"));
        // Not a URL: exact.
        let name = Name::Url("LoginID".to_owned());
        assert!(name.is("LoginID") && !name.is("loginid"));
    }
}
