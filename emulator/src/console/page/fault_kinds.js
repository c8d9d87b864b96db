// The kinds of faults with their members, and faults that many tests need.

const carriedOut = { name: "carried_out", label: "Carry the request out first", type: "checkbox" };
const reset = { name: "reset", label: "With a reset (RST)", type: "checkbox" };
const number = (name, label, value) => ({ name, label, type: "number", value, required: true });

/** What the client sees, and the fields of each kind. */
export const KINDS = {
  status: ["another answer", [number("code", "Status", 503), { name: "body", label: "Body" },
    { name: "content_type", label: "Type of the body" }, { name: "retry_after", label: "Retry-After" }, carriedOut]],
  redirect: ["a redirect", [number("code", "Status", 302), { name: "location", label: "Location", value: "/", required: true }, carriedOut]],
  delay: ["the answer, late", [number("ms", "Milliseconds", 5000), carriedOut]],
  drop: ["a closed connection", [reset, carriedOut]],
  truncate: ["the beginning of the answer", [number("bytes", "Bytes", 40), reset]],
  slow: ["the answer, slowly", [number("bytes_per_second", "Bytes per second", 100)]],
  endless_headers: ["headers without end", [carriedOut]],
  oversize: ["an enormous body", [number("bytes", "Bytes", 100000000), { name: "chunked", label: "In chunks", type: "checkbox" }, carriedOut]],
  raw: ["these bytes", [{ name: "base64", label: "Bytes in base64", value: "SFRUUC8xLjEgMjAwIE9LDQoNCg==", required: true },
    { name: "hold_ms", label: "Hold open (ms)", type: "number" }, carriedOut]],
  bad_chunking: ["a chunk without a size", [carriedOut]],
  gzip: ["a gzip bomb", [number("mib", "MiB", 100), carriedOut]],
  close_idle: ["the answer, then the end", []],
};

/** A preset applies to the next requests, whatever they are. */
export const PRESETS = [
  ["Busy twice", "503 with Retry-After: do your calls try again?",
    { times: 2, fault: { kind: "status", code: 503, headers: [["Retry-After", "1"]] } }],
  ["Too many requests", "429: do they wait?",
    { times: 1, fault: { kind: "status", code: 429, headers: [["Retry-After", "2"]] } }],
  ["Lost answer", "It is carried out, and the answer is lost: is nothing done twice?",
    { times: 1, fault: { kind: "drop", carried_out: true } }],
  ["No answer for a minute", "Does your page still load?", { times: 1, fault: { kind: "delay", ms: 60000 } }],
  ["Reset connection", "Before the request is carried out.", { times: 1, fault: { kind: "drop", reset: true } }],
  ["Cut answer", "It ends in its headers.", { times: 1, fault: { kind: "truncate", bytes: 40 } }],
  ["HTML of a proxy", "502 with a page.",
    { times: 1, fault: { kind: "status", code: 502, content_type: "text/html", body: "<h1>Bad gateway</h1>" } }],
  ["Keys refused", "401 for every request, until it is cleared.",
    { fault: { kind: "status", code: 401, body: "{\"code\":\"unauthorized\",\"message\":\"injected\"}" } }],
];
