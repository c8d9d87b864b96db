//! The proxy that environment variables name: which variable wins, and for which hosts.

use loginid_emulator::Emulator;
use serde_json::{Value, json};

use crate::capi::{Client, config};
use crate::part;
use crate::proxy::{ESTABLISHED, Proxy, behind, hidden};

#[test]
fn a_loopback_host_is_never_reached_through_a_proxy() {
    let emulator = Emulator::start();
    let proxy = Proxy::tunnelling(ESTABLISHED);
    let port = emulator.base_url().rsplit(':').next().expect("a port");
    let further = json!({"proxy": proxy.url()});
    let mut config = config(&emulator, further);
    for (number, host) in ["127.0.0.1", "localhost", "[::1]"].iter().enumerate() {
        config["base_url"] = format!("http://{host}:{port}").into();
        let client = Client::new(&config);
        client.add_user(&format!("ann-{number}")).ok();
    }
    let mut variables = vec![("NO_PROXY", "")];
    let url = proxy.url();
    for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
        variables.push((name, &url));
    }
    config["proxy"] = "env".into();
    assert_eq!(
        outcome_with(&variables, &config),
        "LID_ERROR_API user_not_found"
    );
    assert_eq!(proxy.heads(), [""; 0]);
}

/// The result of `lid_get_user` in a process with only these proxy variables.
fn outcome_with(variables: &[(&str, &str)], config: &Value) -> String {
    let name = "proxy_environment::in_a_process_with_these_variables";
    let mut program = part::command(name, config);
    for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"] {
        program.env_remove(name).env_remove(name.to_lowercase());
    }
    program
        .env_remove("REQUEST_METHOD")
        .envs(variables.iter().copied());
    let output = part::run_command(name, &mut program);
    let outcome = output
        .lines()
        .find_map(|line| line.strip_prefix("outcome: "));
    outcome.expect("an outcome").to_owned()
}

#[test]
#[ignore = "a part of the tests around it"]
fn in_a_process_with_these_variables() {
    let outcome = Client::new(&part::input()).get_user("nobody");
    let status = outcome.error("status");
    println!(
        "\noutcome: {} {}",
        status.as_str().expect("an error"),
        outcome.code()
    );
}

#[test]
fn the_environments_proxy_is_used_when_asked_for() {
    let through = "LID_ERROR_API user_not_found";
    let direct = "LID_ERROR_NETWORK dns_failed";
    let (plain, secure) = (hidden(false), hidden(true));
    let elsewhere = "http://127.0.0.1:1";
    for (what, emulator, variables, expected) in [
        (
            "by scheme",
            &secure,
            vec![("HTTPS_PROXY", "proxy"), ("HTTP_PROXY", elsewhere)],
            through,
        ),
        (
            "in lower case",
            &secure,
            vec![("https_proxy", "proxy")],
            through,
        ),
        (
            "lower case before upper case",
            &secure,
            vec![("https_proxy", "proxy"), ("HTTPS_PROXY", elsewhere)],
            through,
        ),
        (
            "upper case if the lower case is empty",
            &secure,
            vec![("https_proxy", ""), ("HTTPS_PROXY", "proxy")],
            through,
        ),
        (
            "for all schemes",
            &secure,
            vec![("ALL_PROXY", "proxy"), ("HTTP_PROXY", elsewhere)],
            through,
        ),
        (
            "for all schemes, lower case",
            &plain,
            vec![("all_proxy", "proxy")],
            through,
        ),
        (
            "its own before all",
            &secure,
            vec![("HTTPS_PROXY", "proxy"), ("all_proxy", elsewhere)],
            through,
        ),
        (
            "an empty one is ignored",
            &secure,
            vec![("HTTPS_PROXY", ""), ("ALL_PROXY", "")],
            direct,
        ),
        ("none", &secure, vec![], direct),
        (
            "another scheme's",
            &secure,
            vec![("HTTP_PROXY", elsewhere)],
            direct,
        ),
        (
            "not for this domain",
            &plain,
            vec![
                ("HTTP_PROXY", "proxy"),
                ("NO_PROXY", "example.com, invalid"),
            ],
            direct,
        ),
        (
            "not for this domain, lower case before upper case",
            &plain,
            vec![
                ("HTTP_PROXY", "proxy"),
                ("no_proxy", ".invalid"),
                ("NO_PROXY", "a.test"),
            ],
            direct,
        ),
        (
            "for this host",
            &secure,
            vec![("HTTPS_PROXY", "proxy"), ("NO_PROXY", "example.com")],
            through,
        ),
        (
            "for this port",
            &plain,
            vec![("HTTP_PROXY", "proxy"), ("NO_PROXY", "elsewhere.invalid:1")],
            through,
        ),
        (
            "a client's header in CGI",
            &plain,
            vec![("REQUEST_METHOD", "GET"), ("HTTP_PROXY", "proxy")],
            direct,
        ),
        (
            "a setting of the server in CGI",
            &plain,
            vec![
                ("REQUEST_METHOD", "GET"),
                ("http_proxy", "proxy"),
                ("HTTP_PROXY", elsewhere),
            ],
            through,
        ),
        (
            "HTTPS_PROXY in CGI, which no header becomes",
            &secure,
            vec![("REQUEST_METHOD", "GET"), ("HTTPS_PROXY", "proxy")],
            through,
        ),
    ] {
        let proxy = Proxy::tunnelling(ESTABLISHED);
        let url = proxy.url();
        let variables: Vec<_> = variables
            .into_iter()
            .map(|(name, value)| {
                (
                    name,
                    if value == "proxy" {
                        url.as_str()
                    } else {
                        value
                    },
                )
            })
            .collect();
        println!("{what}");
        let further = json!({"proxy": "env", "max_retries": 0});
        assert_eq!(
            outcome_with(&variables, &behind(emulator, further)),
            expected,
            "{what}"
        );
        assert_eq!(
            proxy.heads().len(),
            usize::from(expected == through),
            "{what}"
        );
    }
}

#[test]
fn a_proxy_of_the_environment_that_cannot_be_used_is_named() {
    let emulator = hidden(true);
    let mut program = part::command(
        "proxy_environment::in_a_process_whose_proxy_cannot_be_used",
        &behind(&emulator, json!({"proxy": "env"})),
    );
    for name in ["HTTPS_PROXY", "NO_PROXY"] {
        program.env_remove(name).env_remove(name.to_lowercase());
    }
    program.env("ALL_PROXY", "socks5://user:p%40ss@127.0.0.1:1080");
    part::run_command(
        "proxy_environment::in_a_process_whose_proxy_cannot_be_used",
        &mut program,
    );
}

#[test]
#[ignore = "a part of the test above"]
fn in_a_process_whose_proxy_cannot_be_used() {
    let outcome = Client::try_new(&part::input()).expect_err("SOCKS is not supported");
    assert_eq!(outcome.code(), "invalid_proxy", "{}", outcome.text);
    assert!(outcome.text.contains("ALL_PROXY"), "{}", outcome.text);
    assert!(!outcome.text.contains("p%40ss"), "{}", outcome.text);
}
