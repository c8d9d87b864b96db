// Buttons and forms. Each makes one call of the control API, which is shown beside it.

import { call, described } from "./api.js";
import { h, newId } from "./dom.js";
import { marked, plain } from "./foreign.js";
import { show } from "./last_call.js";

/** Sent to the document after each call of a button: what is shown may have changed. */
export const CHANGED = "emulator-changed";

/** Makes a call and shows it. Returns the answer, or nothing if it was refused. */
export async function run(request) {
  let answer;
  try {
    answer = await call(request);
    show(request, 200, answer);
  } catch (error) {
    show(request, error.status, error.answer ?? { message: error.message });
  }
  document.dispatchEvent(new Event(CHANGED));
  return answer;
}

/** The call beside its button: the path, and the body below it. Long ids are cut, and whole in the title. */
function shown(request) {
  const code = h("code", { class: "call" });
  write(code, request);
  return code;
}

function write(code, request) {
  const { method, path, body } = request;
  const short = path.replace(/[^/]{14,}/g, (id) => `${id.slice(0, 5)}…`);
  code.title = described(request);
  code.replaceChildren(h("span", {}, `${method} ${short}`), body === undefined ? "" : h("span", {}, marked(JSON.stringify(body))));
}

/**
 * A button that makes a call. `about` tells a screen reader which of several equal buttons it is; `then` gets the
 * answer; `tone` is `main`, `bad` or nothing.
 */
export function action(label, request, { about, tone = "", then } = {}) {
  const made = () => (typeof request === "function" ? request() : request);
  const button = h("button", { type: "button", class: tone, "aria-label": about && `${label}: ${plain(about)}` }, label);
  button.addEventListener("click", async () => {
    const answer = await run(made());
    if (answer) await then?.(answer);
  });
  return h("span", { class: "action" }, button, shown(made()));
}

/**
 * A field of a form: `{ name, label, type, value, options, list, required, placeholder }`. The types are `text`, `number`,
 * `checkbox`, `select`, `area`.
 */
export function field({ name, label, type = "text", value, options, list, required, placeholder }) {
  const id = newId();
  const common = { id, name, required };
  let input;
  if (type === "select") {
    input = h("select", common, options.map((option) => {
      const [given, text] = Array.isArray(option) ? option : [option, option];
      return h("option", { value: given, selected: given === value }, text);
    }));
  } else if (type === "area") {
    input = h("textarea", { ...common, rows: 4, spellcheck: "false", placeholder }, value ?? "");
  } else if (type === "checkbox") {
    input = h("input", { ...common, type, checked: value });
    return h("label", { class: "check", for: id }, input, label);
  } else {
    const limits = type === "number" ? { min: 0, step: "any" } : {};
    input = h("input", { ...common, ...limits, type, value, list, placeholder, autocomplete: "off", spellcheck: "false" });
  }
  return h("div", { class: `field ${type}` }, h("label", { for: id }, label), input);
}

/** What is in the fields of a form. An empty field has no member. */
export function values(form) {
  const found = {};
  for (const input of form.elements) {
    if (!input.name) continue;
    if (input.type === "checkbox") found[input.name] = input.checked;
    else if (input.value === "") continue;
    else found[input.name] = input.type === "number" ? Number(input.value) : input.value;
  }
  return found;
}

/** The value of a JSON text, or an error that says what is wrong. */
export function parsed(text) {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`It is not JSON: ${error.message}`, { cause: error });
  }
}

/** A form that makes a call with what is in its fields. */
export function form({ fields, label, request, about, then, tone = "" }) {
  const code = h("code", { class: "call" });
  const button = h("button", { class: tone, "aria-label": about && `${label}: ${plain(about)}` }, label);
  const element = h("form", {}, fields.map((one) => (one instanceof Node ? one : field(one))),
    h("span", { class: "action" }, button, code));
  const update = () => {
    try {
      write(code, request(values(element)));
    } catch (error) {
      code.textContent = error.message;
    }
  };
  element.addEventListener("input", update);
  element.addEventListener("submit", async (event) => {
    event.preventDefault();
    let made;
    try {
      made = request(values(element));
    } catch {
      // The text beside the button says what is wrong.
      return;
    }
    const answer = await run(made);
    if (answer) await then?.(answer, element);
    update();
  });
  update();
  element.update = update;
  return element;
}
