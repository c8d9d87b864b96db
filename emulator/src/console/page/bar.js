// The bar: clock, faults, environment, reset.

import { action, run } from "./actions.js";
import { currentToken, get, quoted } from "./api.js";
import { difference, now, setNow, utc } from "./clock.js";
import { copy } from "./copy.js";
import { h } from "./dom.js";

const clock = h("time", { class: "clock", "aria-label": "The emulator's clock" });
const ahead = h("span", { class: "ahead" });
const faults = h("a", { class: "badge", href: "#/faults" });
const address = h("span", { class: "address" });
const connection = h("span", { class: "chip" });

/** Lines for a shell, as the emulator prints them at its start. */
function asLines({ unset, variables }) {
  const token = currentToken();
  const all = token ? { ...variables, LOGINID_EMULATOR_TOKEN: token } : variables;
  const exports = Object.entries(all).map(([name, value]) => `export ${name}=${quoted(value)}\n`);
  return `unset ${unset.join(" ")}\n${exports.join("")}`;
}

export function build(parent) {
  const advance = (label, seconds) =>
    action(label, { method: "POST", path: "/clock", body: { advance_s: seconds } }, { about: "move the clock" });
  parent.append(
    h("div", { class: "title" },
      h("h1", {}, "LoginID emulator"), address, connection),
    h("div", { class: "tools" },
      h("div", { class: "group", role: "group", "aria-label": "Clock" },
        h("div", { class: "time" }, clock, ahead),
        advance("+1 min", 60), advance("+3 min", 180), advance("+1 day", 86400),
        action("Back", () => ({ method: "POST", path: "/clock", body: { now: Math.floor(Date.now() / 1000) } }),
          { about: "to the time of this machine" })),
      h("div", { class: "group", role: "group", "aria-label": "Emulator" },
        faults,
        action("Copy environment", { method: "GET", path: "/environment" },
          { then: (environment) => copy(asLines(environment), "The environment") }),
        reset())));
}

/** Everything is lost by a reset, so a second click is needed. */
function reset() {
  const request = { method: "POST", path: "/reset" };
  const button = h("button", { type: "button", class: "bad" }, "Reset");
  const ask = () => { button.textContent = "Reset"; };
  button.addEventListener("click", async ({ detail }) => {
    if (button.textContent === "Reset") {
      button.textContent = "Really reset?";
      return;
    }
    // The second click of a double click is no answer.
    if (detail > 1) return;
    ask();
    await run(request);
  });
  button.addEventListener("blur", ask);
  return h("span", { class: "action" }, button, h("code", { class: "call" }, "POST /reset"));
}

export async function refresh() {
  const [info, { faults: active }] = await Promise.all([get("/"), get("/faults")]);
  setNow(info.now);
  address.textContent = `${info.base_url} · ${info.version}`;
  faults.textContent = active.length === 1 ? "1 fault" : `${active.length} faults`;
  faults.classList.toggle("bad", active.length > 0);
  tick();
  return { info, faults: active };
}

export function tick() {
  clock.textContent = `${utc(now())} UTC`;
  clock.dateTime = new Date(now()).toISOString();
  ahead.textContent = difference();
}

/** Whether events arrive. */
export function setConnected(isConnected) {
  connection.textContent = isConnected ? "live" : "not connected";
  connection.className = `chip ${isConnected ? "ok" : "bad"}`;
}
