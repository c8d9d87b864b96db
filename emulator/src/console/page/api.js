// Calls of the control API: https://…/_emulator/openapi.json describes them.

const PREFIX = "/_emulator";

/** Needed if other computers can reach the emulator. It stays in memory: no URL, no storage has it. */
let token = null;

/** The characters that a token may have, also as the pattern of a field. */
export const TOKEN = "\\s*[!-~]+\\s*";

/** Takes the token from `#token=…`, and out of the address. True if there was one. */
export function takeToken() {
  const found = /^#token=(.+)$/.exec(location.hash);
  if (!found) return false;
  history.replaceState(null, "", location.pathname + location.search);
  // A header cannot have other characters, and tokens have none that an address encodes.
  if (!new RegExp(`^(?:${TOKEN})$`).test(found[1])) return false;
  token = found[1];
  return true;
}

export function setToken(given) {
  token = given;
}

export function currentToken() {
  return token;
}

/** An answer that is not 200. */
export class Refused extends Error {
  constructor(status, answer) {
    super(answer.message ?? `status ${status}`);
    this.status = status;
    this.answer = answer;
  }

  get needsToken() {
    return this.answer.code === "control_token_required";
  }
}

/** The headers of every request. */
function headers(more = {}) {
  return token ? { ...more, Authorization: `Bearer ${token}` } : more;
}

/** Makes a call: `{ method, path, body }`. Returns the answer's JSON. */
export async function call({ method, path, body }) {
  const response = await fetch(PREFIX + path, {
    method,
    headers: headers({ "Content-Type": "application/json", Accept: "application/json" }),
    body: body === undefined ? undefined : JSON.stringify(body),
    cache: "no-store",
  });
  const answer = await response.json();
  if (!response.ok) throw new Refused(response.status, answer);
  return answer;
}

export function get(path) {
  return call({ method: "GET", path });
}

/** Opens the stream of events: those after this id, or all new ones. */
export async function openEvents(lastId, signal) {
  const response = await fetch(`${PREFIX}/events`, {
    headers: headers(lastId ? { "Last-Event-ID": lastId } : {}),
    cache: "no-store",
    signal,
  });
  if (!response.ok) throw new Refused(response.status, await response.json());
  return response.body;
}

/** A segment of a path. */
export function segment(text) {
  return encodeURIComponent(text);
}

/** The call as people read it: `POST /clock {"advance_s":60}`. */
export function described({ method, path, body }) {
  return body === undefined ? `${method} ${path}` : `${method} ${path} ${JSON.stringify(body)}`;
}

/** One word for a shell. */
export function quoted(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** The call for a shell. The token is left out: its variable has it. */
export function curl({ method, path, body }) {
  const words = ["curl", "-sX", method, quoted(location.origin + PREFIX + path)];
  if (token) words.push("-H", '"Authorization: Bearer $LOGINID_EMULATOR_TOKEN"');
  if (body !== undefined) words.push("-d", quoted(JSON.stringify(body)));
  return words.join(" ");
}
