//! The way to the service: proxy, trusted roots, name, connection, tunnel, certificates.

use loginid::diagnostics::{
    Connection, Failure, ProxyChoice, RootsSource, Service, Step, TrustedRoots,
};

use super::report::{Problem, Report};
use super::{certificates, mistake};

/// Checks each step. The first failure ends the checks of this service, which is then false.
pub fn check(report: &mut Report, service: Service, connection: &Connection<'_>) -> bool {
    let (proxy, choice) = connection.proxy();
    report.ok("proxy", &proxy_in_words(connection, proxy, &choice));
    match connection.trusted_roots() {
        Ok(None) => {}
        Ok(Some(roots)) => {
            if !report_roots(report, service, &roots) {
                return false;
            }
        }
        Err(error) => {
            mistake::report(report, service, &error);
            return false;
        }
    }
    let mut steps = |step| report_step(report, step);
    match connection.connect(&mut steps) {
        Ok(Ok(())) => true,
        Ok(Err(failure)) => {
            let variable = peer_variable(service, &failure, &choice);
            report.problem(failure.step, &problem(service, &failure, &variable));
            false
        }
        Err(error) => {
            mistake::report(report, service, &error);
            false
        }
    }
}

fn proxy_in_words(
    connection: &Connection<'_>,
    proxy: Option<String>,
    choice: &ProxyChoice,
) -> String {
    let host = connection.host();
    match choice {
        ProxyChoice::NotAsked => match connection.unasked_proxy() {
            None => "none".to_owned(),
            Some(name) => {
                format!("none; {name} is set, but not asked for: LOGINID_PROXY=env would use it")
            }
        },
        ProxyChoice::Loopback => {
            format!("none: {host} is this machine, which is reached directly")
        }
        ProxyChoice::NoVariable => {
            "none: LOGINID_PROXY is env, and no variable names one".to_owned()
        }
        ProxyChoice::Excluded(variable) => {
            format!("none: NO_PROXY excludes {host} from {variable}")
        }
        ProxyChoice::Setting | ProxyChoice::Variable(_) => {
            let proxy = proxy.unwrap_or_default();
            format!("{proxy} from {}", proxy_variable(choice))
        }
    }
}

fn proxy_variable(choice: &ProxyChoice) -> &str {
    match choice {
        ProxyChoice::Variable(variable) => variable,
        _ => "LOGINID_PROXY",
    }
}

/// Reports the trusted roots. Without any, no certificate can be trusted: false.
fn report_roots(report: &mut Report, service: Service, roots: &TrustedRoots) -> bool {
    let count = roots.count;
    let mut found = match roots.source {
        RootsSource::Variables => format!("{count} of SSL_CERT_FILE and SSL_CERT_DIR"),
        RootsSource::System => format!("{count} of the system"),
        RootsSource::Mozilla => "Mozilla's, since the system has none".to_owned(),
    };
    if let Some((field, added)) = roots.added {
        let variable = service.variable(field).unwrap_or_default();
        found += &format!(" and {added} of {variable}");
    } else if count == 0 {
        let found = "none: SSL_CERT_FILE and SSL_CERT_DIR name no certificate";
        let advice = "set LOGINID_CA_FILE, or unset these variables";
        report.problem("trusted roots", &Problem::new(found, advice));
        return false;
    }
    report.ok("trusted roots", &found);
    true
}

fn report_step(report: &mut Report, step: Step) {
    match step {
        Step::Name { host, addresses } => {
            let addresses: Vec<_> = addresses.iter().map(ToString::to_string).collect();
            report.ok("name", &format!("{host} is {}", addresses.join(", ")));
        }
        Step::Connection(peer) => report.ok("connection", &format!("{peer} takes connections")),
        Step::ProxyTls(chain) => report.ok("proxy's TLS", &certificates::describe(&chain)),
        Step::Tunnel(target) => {
            report.ok("tunnel", &format!("the proxy connects to {target}"));
        }
        Step::Tls(chain) => report.ok("certificate", &certificates::describe(&chain)),
    }
}

/// The variable that names the other side.
fn peer_variable(service: Service, failure: &Failure, choice: &ProxyChoice) -> String {
    match failure.is_proxy {
        true => proxy_variable(choice).to_owned(),
        false => service.variable("base_url").unwrap_or_default(),
    }
}

fn problem(service: Service, failure: &Failure, variable: &str) -> Problem {
    let (peer, error) = (&failure.peer, &failure.error);
    let why = mistake::with_variables(service, error.message());
    let (found, advice) = match (failure.step, error.code()) {
        (_, "connect_timeout") => (
            format!("{peer}: {why}"),
            format!(
                "check {variable}, the network and its firewall; behind a proxy, set LOGINID_PROXY"
            ),
        ),
        ("name", _) => (
            format!("{peer} has no address: {why}"),
            format!("check the name in {variable}, and this machine's DNS"),
        ),
        ("connection", _) => (
            format!("{peer} does not take connections: {why}"),
            format!("check host and port of {variable}; start the emulator if it is meant"),
        ),
        ("tunnel", _) => (
            format!("the proxy {peer}: {why}"),
            "correct user and password in the proxy's URL, have the proxy allow the service's \
             host, or exclude that host with NO_PROXY if LOGINID_PROXY is env"
                .to_owned(),
        ),
        _ => match certificates::explain(&failure.certificates, failure.fault, &why) {
            Some((found, advice)) => (found, advice.replace("{}", variable)),
            None => (
                format!("{peer}: {why}"),
                format!("check that host and port of {variable} speak https"),
            ),
        },
    };
    Problem::of(error, found, advice)
}
