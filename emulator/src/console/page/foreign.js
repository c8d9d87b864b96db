// Texts of others: payloads, names, bodies. They are shown as text, and what a reader would not see is made visible.

import { h } from "./dom.js";

/**
 * Characters that are not seen, or change the direction of others: with them a payload could read as another amount.
 * Lines and tabs are layout, and in an emoji two of them are usual.
 */
// eslint-disable-next-line no-misleading-character-class -- each of the two is meant alone
const HIDDEN = /(?!(?<=\p{Extended_Pictographic})[\u200D\uFE0F]|(?<=\uFE0F)\u200D)(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/gu;
/** A payload of so many characters or lines may need to scroll. */
const LONG = { characters: 100, lines: 6 };
/** A label has so many characters. */
const LABEL = 100;

function nameOf(character) {
  return `U+${character.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
}

/** The text, with its hidden characters as marks. */
export function marked(text) {
  const shown = [];
  let end = 0;
  for (const { 0: character, index } of text.matchAll(HIDDEN)) {
    shown.push(text.slice(end, index), h("span", { class: "mark", title: "A character that is not seen" }, nameOf(character)));
    end = index + character.length;
  }
  return [...shown, text.slice(end)];
}

/** The text for a label: without hidden characters, and short. */
export function plain(text) {
  const shown = text.replace(HIDDEN, (character) => `[${nameOf(character)}]`);
  return shown.length > LABEL ? `${shown.slice(0, LABEL)}…` : shown;
}

/** A text of others among texts of ours: its direction of writing ends with it. */
export function foreign(text) {
  return h("bdi", {}, marked(text));
}

/** The payload of a transaction. A long one scrolls, by the keyboard too. */
export function payload(text, size = "") {
  const isLong = text.length > LONG.characters || text.split("\n").length > LONG.lines;
  const scroll = isLong ? { tabindex: 0, role: "group", "aria-label": "Payload" } : {};
  return h("div", { class: `payload ${size}`, ...scroll }, foreign(text));
}

/** A text as it is, which the keyboard can scroll. */
export function verbatim(text, label) {
  return h("pre", { tabindex: 0, role: "group", "aria-label": label }, marked(text));
}

/** Formatted JSON. */
export function json(value, label) {
  return verbatim(JSON.stringify(value, null, 2), label);
}
