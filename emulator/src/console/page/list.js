// Lists that follow their data: an item that has not changed keeps its element, and so its focus and what is typed.

/** Makes the children of `parent` those of these items. */
export function sync(parent, items, keyOf, build, { empty } = {}) {
  const known = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  const wanted = items.map((item) => {
    const key = keyOf(item);
    const old = known.get(key);
    // The same object is the cheap case, an equal one the usual one.
    if (old && (old.item === item || JSON.stringify(old.item) === JSON.stringify(item))) return old;
    const element = build(item);
    element.dataset.key = key;
    element.item = item;
    if (old) keep(old, element);
    return element;
  });
  if (wanted.length === 0 && empty) {
    const element = parent.querySelector(":scope > [data-key='']") ?? empty();
    element.dataset.key = "";
    wanted.push(element);
  }
  const focus = focusIn(parent);
  wanted.forEach((element, index) => {
    if (parent.children[index] !== element) parent.insertBefore(element, parent.children[index] ?? null);
  });
  while (parent.children.length > wanted.length) parent.lastElementChild.remove();
  if (focus && !focus.element.isConnected) refocus(parent, focus);
}

/** What a person has opened or typed in an element that is replaced. */
function keep(old, element) {
  const opened = [...old.querySelectorAll("details[open]")].map((details) => details.dataset.name);
  if (old.open) element.open = true;
  for (const details of element.querySelectorAll("details")) {
    if (opened.includes(details.dataset.name)) details.open = true;
  }
  // Several forms of an item may have fields of one name.
  const others = [...element.querySelectorAll("[name]")];
  for (const field of old.querySelectorAll("[name]")) {
    const index = others.findIndex((other) => other.name === field.name);
    if (index < 0) continue;
    const [other] = others.splice(index, 1);
    if (field.type === "checkbox") {
      if (field.checked !== field.defaultChecked) other.checked = field.checked;
    } else if (field.value !== field.defaultValue) {
      other.value = field.value;
    }
  }
}

function focusIn(parent) {
  const element = document.activeElement;
  if (!parent.contains(element)) return null;
  const item = [...parent.children].find((child) => child.contains(element));
  return { element, key: item?.dataset.key, label: nameOf(element) };
}

function nameOf(element) {
  return element.getAttribute("name") ?? element.getAttribute("aria-label") ?? element.textContent;
}

/** Finds the same control in the new element of the item, else in the list. */
function refocus(parent, { key, label }) {
  const item = [...parent.children].find((child) => child.dataset.key === key);
  const controls = [...(item ?? parent).querySelectorAll("button, input, select, summary")];
  (controls.find((control) => nameOf(control) === label) ?? controls[0])?.focus();
}
