// The console: its sections, and what keeps them up to date.

import { CHANGED } from "./actions.js";
import { currentToken, setToken, takeToken, TOKEN } from "./api.js";
import * as bar from "./bar.js";
import { tick } from "./clock.js";
import { h, newId } from "./dom.js";
import { follow } from "./events.js";
import * as faults from "./faults.js";
import * as keys from "./keys.js";
import * as requests from "./requests.js";
import * as todo from "./todo.js";
import * as users from "./users.js";

/** A section: `build(parent)` once, `refresh(shared)` when something has changed, and `count()` for its badge. */
const SECTIONS = [
  { id: "todo", title: "To do", part: todo },
  { id: "users", title: "Users", part: users },
  { id: "requests", title: "Requests", part: requests },
  { id: "faults", title: "Faults", part: faults },
  { id: "keys", title: "Keys and applications", part: keys },
];

/** The least time between two refreshes. A slow one makes the next wait longer. */
const PAUSE_MS = 150;

const main = document.getElementById("main");
let current = SECTIONS[0];

function buildSections() {
  const list = document.getElementById("sections");
  for (const section of SECTIONS) {
    section.badge = h("span", { class: "count" });
    section.link = h("a", { href: `#/${section.id}` }, section.title, section.badge);
    list.append(h("li", {}, section.link));
    const heading = newId();
    section.element = h("section", { id: `section-${section.id}`, "aria-labelledby": heading, hidden: true },
      h("h2", { id: heading }, section.title));
    section.part.build(section.element);
    main.append(section.element);
  }
}

function navigate() {
  const id = location.hash.replace(/^#\//, "");
  current = SECTIONS.find((section) => section.id === id) ?? current;
  for (const section of SECTIONS) {
    const isCurrent = section === current;
    section.element.hidden = !isCurrent;
    if (isCurrent) {
      section.link.setAttribute("aria-current", "page");
      section.link.scrollIntoView({ block: "nearest", inline: "nearest" });
    } else {
      section.link.removeAttribute("aria-current");
    }
  }
  document.title = `${current.title} · LoginID emulator`;
  refreshNow();
}

async function refresh() {
  const shared = await bar.refresh();
  // What is to do has a badge, which is always seen.
  const parts = new Set([todo, current.part]);
  await Promise.all([...parts].map((part) => part.refresh(shared)));
  for (const { badge, part } of SECTIONS) {
    const count = part.count?.() ?? 0;
    badge.textContent = count ? String(count) : "";
  }
}

let running = false;
let again = false;
/** The pause after a refresh; none while one is running. */
let pause = null;

/** Refreshes what is seen. Many changes at a time need one refresh. */
async function refreshSoon() {
  if (running || document.hidden) {
    again = true;
    return;
  }
  running = true;
  again = false;
  const began = performance.now();
  try {
    await refresh();
  } catch (error) {
    if (error.needsToken) askForToken();
  }
  const took = performance.now() - began;
  pause = setTimeout(endPause, Math.max(PAUSE_MS, took * 3));
}

function endPause() {
  clearTimeout(pause);
  pause = null;
  running = false;
  if (again) refreshSoon();
}

/** A person waits for this one. */
function refreshNow() {
  again = true;
  if (pause !== null) endPause();
  else refreshSoon();
}

/** Other computers can reach this emulator. The token was in no fragment of the address. */
function askForToken() {
  if (document.getElementById("token-form")) return;
  const id = newId();
  const input = h("input", { id, type: "password", autocomplete: "off", required: true, pattern: TOKEN });
  const form = h("form", { id: "token-form", class: "card", onsubmit: (event) => {
    event.preventDefault();
    setToken(input.value.trim());
    useToken();
  } },
    currentToken() ? h("p", { class: "reason", role: "alert" }, "This token is wrong.") : "",
    h("p", {}, "Other computers can reach this emulator, so its control API needs the token that was printed at the start as ",
      h("code", {}, "LOGINID_EMULATOR_TOKEN"), ". It stays in the memory of this page."),
    h("div", { class: "field" }, h("label", { for: id }, "Token"), input),
    h("button", { class: "main" }, "Use the token"));
  main.hidden = true;
  main.before(form);
  input.focus();
}

/** There is a new token: shows what it opens. */
function useToken() {
  document.getElementById("token-form")?.remove();
  main.hidden = false;
  refreshSoon();
}

takeToken();
bar.build(document.getElementById("bar"));
buildSections();
window.addEventListener("hashchange", () => {
  if (takeToken()) useToken();
  navigate();
});
document.addEventListener(CHANGED, refreshNow);
document.addEventListener("visibilitychange", () => { if (!document.hidden) refreshSoon(); });
navigate();
setInterval(() => {
  bar.tick();
  if (tick()) refreshSoon();
}, 500);
follow(
  (name, data) => {
    requests.note(name, data);
    refreshSoon();
  },
  (isConnected, error) => {
    bar.setConnected(isConnected);
    if (isConnected) refreshSoon();
    else if (error?.needsToken) askForToken();
  },
);
