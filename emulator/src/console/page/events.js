// Follows the events of the control API. `EventSource` cannot send a token, so the stream is read by hand.

import { openEvents } from "./api.js";

/** The events in a piece of text that ends with an empty line. */
function parse(block) {
  const event = { name: "message", data: "", id: undefined };
  for (const line of block.split("\n")) {
    const [field, ...rest] = line.split(": ");
    const value = rest.join(": ");
    if (field === "event") event.name = value;
    else if (field === "data") event.data += value;
    else if (field === "id") event.id = value;
  }
  return event;
}

/** Resolves when the page is seen. */
function seen() {
  if (!document.hidden) return Promise.resolve();
  return new Promise((resolve) => {
    document.addEventListener("visibilitychange", function changed() {
      if (document.hidden) return;
      document.removeEventListener("visibilitychange", changed);
      resolve();
    });
  });
}

/**
 * A signal for a stream of a page that is seen. A browser has six connections to a host for all its tabs: those that
 * nobody looks at must not keep one each.
 */
function whileSeen() {
  const controller = new AbortController();
  const { signal } = controller;
  document.addEventListener("visibilitychange", () => { if (document.hidden) controller.abort(); }, { signal });
  window.addEventListener("pagehide", () => controller.abort(), { signal });
  return controller;
}

/**
 * Calls `onEvent(name, data)` for each event until the page is closed, and `onState(connected, error)` when the
 * connection begins or breaks.
 */
export async function follow(onEvent, onState) {
  let lastId;
  for (;;) {
    await seen();
    const controller = whileSeen();
    let failure;
    try {
      const body = await openEvents(lastId, controller.signal);
      onState(true);
      for await (const event of eventsOf(body)) {
        lastId = event.id;
        onEvent(event.name, JSON.parse(event.data));
      }
    } catch (error) {
      failure = error;
    }
    const wasHidden = controller.signal.aborted;
    // Its listeners go too.
    controller.abort();
    if (wasHidden) continue;
    onState(false, failure);
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

async function* eventsOf(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const blocks = (text + value).split("\n\n");
    text = blocks.pop();
    yield* blocks.map(parse).filter(({ id }) => id);
  }
}
