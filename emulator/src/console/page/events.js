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

/**
 * Calls `onEvent(name, data)` for each event until the page is closed, and `onState(connected, error)` when the
 * connection begins or breaks.
 */
export async function follow(onEvent, onState) {
  let lastId;
  for (;;) {
    try {
      const body = await openEvents(lastId);
      onState(true);
      const reader = body.pipeThrough(new TextDecoderStream()).getReader();
      let text = "";
      for (;;) {
        const { value, done } = await reader.read();
        if (done) break;
        const blocks = (text + value).split("\n\n");
        text = blocks.pop();
        for (const block of blocks) {
          const event = parse(block);
          if (!event.id) continue;
          lastId = event.id;
          onEvent(event.name, JSON.parse(event.data));
        }
      }
      onState(false);
    } catch (error) {
      onState(false, error);
    }
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}
