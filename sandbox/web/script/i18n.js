/** Language (语言): which dictionary the page speaks, and saying a sentence of it. */

import en from "../text/en.js";
import zh from "../text/zh.js";

const DICTIONARIES = { zh, en };
const REMEMBERED_AS = "shuke.sandbox.language";
const listeners = new Set();

let language = DICTIONARIES[localStorage.getItem(REMEMBERED_AS)]
  ? localStorage.getItem(REMEMBERED_AS)
  : "zh";

markPage();

/** The sentence `key`, its {gaps} filled from `facts`; an unknown key is shown as it is. */
export function say(key, facts = {}) {
  const sentence = DICTIONARIES[language][key] ?? key;
  return sentence.replace(/\{(\w+)\}/g, (gap, name) => facts[name] ?? gap);
}

export function knows(key) {
  return key in DICTIONARIES[language];
}

export function switchLanguage() {
  const next = language === "zh" ? "en" : "zh";
  localStorage.setItem(REMEMBERED_AS, next);
  speak(next);
}

/** `listener` runs now and after every switch. */
export function onLanguage(listener) {
  listeners.add(listener);
  listener(language);
}

/** Puts the current language into every element that names a sentence. */
export function translate(root = document) {
  for (const node of root.querySelectorAll("[data-say]")) {
    node.textContent = say(node.dataset.say, factsOf(node));
  }
  for (const node of root.querySelectorAll("[data-label]")) {
    node.setAttribute("aria-label", say(node.dataset.label, factsOf(node)));
  }
  for (const node of root.querySelectorAll("[data-title]")) {
    node.title = say(node.dataset.title, factsOf(node));
  }
  for (const node of root.querySelectorAll("[data-hint]")) {
    node.placeholder = say(node.dataset.hint, factsOf(node));
  }
}

function factsOf(node) {
  return node.dataset.facts ? JSON.parse(node.dataset.facts) : {};
}

function speak(next) {
  language = next;
  markPage();
  translate();
  for (const listener of listeners) listener(language);
}

/** Fonts, hyphens and screen readers go by the page's language. */
function markPage() {
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
}
