/** What to try (试试看): the first walk through the sandbox, ticked off as it is walked. */

import { element } from "./dom.js";
import { icon } from "./icons.js";

const STEPS = ["follow", "join", "agree", "checkout", "scan", "points", "identify", "why"];
const STEP_OF_WORD = {
  入会: "join",
  注册: "join",
  同意: "agree",
  同意并订阅: "agree",
  积分: "points",
  为什么: "why",
};
const HIDDEN_AS = "shuke.sandbox.hints_hidden";

const items = new Map();

/** Marks a step as walked: a step's own name, or "say" with the word that was sent. */
export function did(what, word) {
  const step = what === "say" ? STEP_OF_WORD[word] : what;
  items.get(step)?.classList.add("is-done");
  // Only a follower can join.
  if (step === "join") did("follow");
}

export function drawHints() {
  const list = document.getElementById("hint-steps");
  for (const step of STEPS) {
    const item = element("li", {}, element("span", { say: `hint.${step}` }));
    item.prepend(icon("check"));
    items.set(step, item);
    list.append(item);
  }
  const strip = document.getElementById("hints");
  strip.hidden = localStorage.getItem(HIDDEN_AS) === "yes";
  document.getElementById("hide-hints").addEventListener("click", () => hide(strip, true));
  document.getElementById("show-hints").addEventListener("click", () => hide(strip, !strip.hidden));
}

function hide(strip, isHidden) {
  strip.hidden = isHidden;
  localStorage.setItem(HIDDEN_AS, isHidden ? "yes" : "no");
}
