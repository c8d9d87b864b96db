// Elements. Texts become text nodes: nothing is ever parsed as HTML.

/** An element with these attributes (`onclick` and so on are listeners) and children. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(2).filter((child) => child !== undefined && child !== null && child !== false));
  return element;
}

let ids = 0;

/** An id that no other element of the page has. */
export function newId() {
  ids += 1;
  return `id-${ids}`;
}

/** A titled part of a section. */
export function card(title, ...children) {
  const id = newId();
  return h("section", { class: "card", "aria-labelledby": id }, h("h3", { id }, title), ...children);
}

/** A small label: `ok`, `warn`, `bad` or nothing. */
export function chip(text, tone = "") {
  return h("span", { class: `chip ${tone}` }, text);
}

/** Names and values, for instance the members of an object. */
export function pairs(entries) {
  return h("dl", {}, entries.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]));
}

/** Tells a screen reader. */
export function announce(text) {
  document.getElementById("status").textContent = text;
}

/** Ids are long, and their beginning tells them apart. */
export function short(id) {
  return id.length > 14 ? `${id.slice(0, 12)}…` : id;
}
