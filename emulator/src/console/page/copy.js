// Copies texts.

import { announce, h } from "./dom.js";
import { plain } from "./foreign.js";

/** Copies a text, also where a page has no secure context and so no clipboard of its own. */
export async function copy(text, what) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = h("textarea", { class: "only-heard", "aria-hidden": "true", readonly: true });
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  announce(`${what} copied`);
}

/** A button that copies a text. `source` is the text, or a function that returns it. */
export function copyButton(label, what, source) {
  const button = h("button", { type: "button", class: "quiet" }, label);
  button.addEventListener("click", async () => {
    await copy(await (typeof source === "function" ? source() : source), what);
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = label; }, 1500);
  });
  if (what !== label) button.setAttribute("aria-label", `${label}: ${plain(what)}`);
  return button;
}
