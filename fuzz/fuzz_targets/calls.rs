//! Sequences of C calls: clients are made, used and freed in any order; answers become
//! arguments of the next call.
#![no_main]

use libfuzzer_sys::fuzz_target;
use loginid_fuzz::capi::{Client, json_get, key_pair};
use loginid_fuzz::{client, sound};

fuzz_target!(|data: &[u8]| {
    let mut clients: Vec<Client> = Vec::new();
    let mut last = String::new();
    // Each step is an operation, the length of its argument, and the argument.
    let mut rest = data;
    let mut steps = 0;
    while let [operation, length, following @ ..] = rest {
        let (argument, next) = following.split_at(following.len().min((*length).into()));
        rest = next;
        steps += 1;
        if steps > 32 {
            break;
        }
        let text = String::from_utf8_lossy(argument).into_owned();
        let one = if clients.is_empty() {
            None
        } else {
            Some(&clients[usize::from(*operation >> 4) % clients.len()])
        };
        let outcome = match (operation & 0x0f, one) {
            (0, _) if clients.len() < 8 => {
                clients.push(client());
                continue;
            }
            (1, Some(_)) => {
                clients.swap_remove(usize::from(*operation >> 4) % clients.len());
                continue;
            }
            (2, Some(one)) => one.verify_token(argument),
            (3, Some(one)) => one.verify_token_for(&last, Some(&text)),
            (4, Some(one)) => one.service_token_for(&text, Some(&text), None, None),
            (5, Some(one)) => {
                one.service_token_for("users.retrieve", None, Some(&text), Some(&text))
            }
            (6, Some(one)) => one.transaction_token(&text, None, Some(&text)),
            (7, Some(one)) => one.verify_transaction(&last, &text, None),
            (8, Some(one)) => one.get_user(argument),
            (9, Some(one)) => one.wait_code("someone", argument, 1),
            (10, _) => json_get(&last, argument),
            (11, _) => json_get(argument, "/token"),
            (12, _) => match Client::with_key(&text, key_pair().0) {
                Ok(made) => {
                    clients.push(made);
                    continue;
                }
                Err(refusal) => refusal,
            },
            _ => continue,
        };
        last = sound(outcome).text;
        if let Some(token) = last.strip_prefix(r#"{"token":""#) {
            last = token.trim_end_matches("\"}").to_owned();
        }
    }
});
