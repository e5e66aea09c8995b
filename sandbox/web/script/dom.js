/** Page elements: built from plain values only, never from markup, so no text can become code. */

import { say } from "./i18n.js";

/**
 * `say`, `label`, `title`, `hint` name sentences of the dictionary (visible text, accessible name,
 * tooltip, placeholder); `facts` fills their gaps. `text` is shown as it is.
 */
export function element(tag, options = {}, ...children) {
  const node = document.createElement(tag);
  const { text, facts, on = {}, data = {}, className, ...rest } = options;
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  if (facts) node.dataset.facts = JSON.stringify(facts);
  for (const [name, value] of Object.entries(data)) node.dataset[name] = value;
  for (const [name, listener] of Object.entries(on)) node.addEventListener(name, listener);
  for (const [name, value] of Object.entries(rest)) put(node, name, value, facts);
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

export function button(options, ...children) {
  return element("button", { type: "button", ...options }, ...children);
}

/** Changes what an element says, in a way a later language switch finds again. */
export function resay(node, key, facts = {}) {
  node.dataset.say = key;
  node.dataset.facts = JSON.stringify(facts);
  node.textContent = say(key, facts);
}

function put(node, name, value, facts) {
  if (value === undefined || value === null || value === false) return;
  if (name === "say") {
    node.dataset.say = value;
    node.textContent = say(value, facts);
  } else if (name === "label") {
    node.dataset.label = value;
    node.setAttribute("aria-label", say(value, facts));
  } else if (name === "title") {
    node.dataset.title = value;
    node.title = say(value, facts);
  } else if (name === "hint") {
    node.dataset.hint = value;
    node.placeholder = say(value, facts);
  } else {
    node.setAttribute(name, value === true ? "" : value);
  }
}
