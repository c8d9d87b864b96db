//! Which variables name the proxy, and the hosts that are reached without one.

use std::ffi::OsString;

use super::no_proxy::is_listed;

/// A variable that is set.
pub(crate) struct Named {
    pub(crate) variable: String,
    pub(crate) value: OsString,
}

/// The proxy's URL: `https_proxy` or `http_proxy`, by the scheme of the service, then
/// `all_proxy`.
pub(crate) fn proxy(https: bool, variable: impl Fn(&str) -> Option<OsString>) -> Option<Named> {
    let by_scheme = if https { "https_proxy" } else { "http_proxy" };
    either_case(by_scheme, &variable).or_else(|| either_case("all_proxy", &variable))
}

/// Whether `no_proxy` lists a host.
pub(crate) fn is_excluded(
    host: &str,
    port: u16,
    variable: impl Fn(&str) -> Option<OsString>,
) -> bool {
    either_case("no_proxy", &variable)
        .is_some_and(|list| is_listed(&list.value.to_string_lossy(), host, port))
}

/// A variable in lower case, which has precedence as in curl, or in upper case. A CGI server
/// puts the client's header `Proxy` into `HTTP_PROXY` (CVE-2016-5385), so this one is ignored
/// if `REQUEST_METHOD` is set.
fn either_case(name: &str, variable: &impl Fn(&str) -> Option<OsString>) -> Option<Named> {
    let capitals = name.to_uppercase();
    let from_client = capitals == "HTTP_PROXY" && variable("REQUEST_METHOD").is_some();
    let names = [name.to_owned()].into_iter();
    names
        .chain((!from_client).then_some(capitals))
        .find_map(|name| {
            variable(&name).map(|value| Named {
                variable: name,
                value,
            })
        })
}
