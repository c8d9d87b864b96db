//! What happens, as server-sent events: <https://html.spec.whatwg.org/multipage/server-sent-events.html>.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::State as Shared;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use bytes::Bytes;
use http_body_util::channel::{Channel, SendError, Sender};
use tokio::time::sleep;

use super::actions::Control;
use crate::state::events::{Event, Events};

/// A comment is sent when nothing has happened for so long: it finds clients that have left.
const QUIET: Duration = Duration::from_secs(15);
/// Lines that wait for a slow client.
const BUFFER: usize = 16;

/// Sends events until the client leaves: those after `Last-Event-ID`, then all new ones.
pub async fn follow(Shared(control): Shared<Control>, headers: HeaderMap) -> Response {
    let events = Arc::clone(&control.state.events);
    let seen = match headers.get("last-event-id") {
        None => Some(events.last()),
        Some(id) => id.to_str().ok().and_then(|id| events.number(id)),
    };
    let (sender, body) = Channel::<Bytes, Infallible>::new(BUFFER);
    tokio::spawn(async move {
        // An error says that the client has left.
        let _ = send_all(&events, seen, sender).await;
    });
    let mut response = Response::new(Body::new(body));
    for (name, value) in [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-store"),
    ] {
        let value = HeaderValue::from_static(value);
        response.headers_mut().insert(name, value);
    }
    response
}

async fn send_all(
    events: &Events,
    mut seen: Option<u64>,
    mut sender: Sender<Bytes>,
) -> Result<(), SendError> {
    sender.send_data(Bytes::from("retry: 1000\n\n")).await?;
    loop {
        // Subscribe before reading, so that no event is missed.
        let added = events.added.notified();
        match seen.and_then(|seen| events.after(seen)) {
            Some(new) => {
                for event in new {
                    sender.send_data(text(events, &event)).await?;
                    seen = Some(event.number);
                }
            }
            None => {
                let last = events.last();
                let lost = format!("event: lost\nid: {}\ndata: {{}}\n\n", events.id(last));
                sender.send_data(Bytes::from(lost)).await?;
                seen = Some(last);
            }
        }
        tokio::select! {
            () = added => {}
            () = sleep(QUIET) => sender.send_data(Bytes::from(": nothing happened\n\n")).await?,
        }
    }
}

fn text(events: &Events, Event { number, name, data }: &Event) -> Bytes {
    let id = events.id(*number);
    Bytes::from(format!("event: {name}\nid: {id}\ndata: {data}\n\n"))
}
