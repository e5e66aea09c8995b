/** What to try (试试看): walks through the sandbox, ticked off as they are walked. */

import { button, element } from "./dom.js";
import { icon } from "./icons.js";

const WALKS = {
  points: ["follow", "join", "agree", "checkout", "scan", "points", "identify", "why"],
  service: ["feedback", "words", "queue", "take", "reply", "add", "resolve", "rate"],
  box: ["box_scan", "unnamed", "words", "queue", "reply"],
  sending: ["broadcast", "propose", "second", "monitor", "popup", "stop"],
  details: ["phone", "own_number", "code", "details", "my_data", "download", "leave"],
};
const STEP_OF_WORD = {
  入会: "join",
  注册: "join",
  同意: "agree",
  同意并订阅: "agree",
  积分: "points",
  为什么: "why",
  反馈: "feedback",
  投诉: "feedback",
  匿名: "unnamed",
  工单: "queue",
  接单: "take",
  回复: "reply",
  补充: "add",
  办结: "resolve",
  评价: "rate",
  填手机号: "phone",
  资料: "details",
  我的数据: "my_data",
  注销: "leave",
  群发: "broadcast",
  确认: "second",
  退订: "stop",
  TD: "stop",
};
const NUMBER = /^1\d{10}$/;
const PROPOSAL = /^群发 确认/;
const CODE = /^\d{6}$/;
const HIDDEN_AS = "shuke.sandbox.hints_hidden";
const WALK_AS = "shuke.sandbox.walk";

const items = new Map();
let before = "";

/** Marks a step as walked: a step's own name, or "say" with the words that were sent. */
export function did(what, words) {
  const step = what === "say" ? stepOf(words) : what;
  for (const item of items.get(step) ?? []) item.classList.add("is-done");
  before = step ?? "";
  // Only a follower can join.
  if (step === "join") for (const item of items.get("follow")) item.classList.add("is-done");
}

function stepOf(words) {
  if (NUMBER.test(words)) return "own_number";
  if (CODE.test(words)) return "code";
  if (PROPOSAL.test(words)) return "propose";
  const [word] = words.split(/\s/);
  return STEP_OF_WORD[word] ?? (["feedback", "unnamed", "box_scan"].includes(before) ? "words" : "");
}

export function drawHints() {
  const walks = document.getElementById("hint-walks");
  walks.append(...Object.keys(WALKS).map((walk) => walkButton(walk)));
  for (const [walk, steps] of Object.entries(WALKS)) steps.forEach((step) => makeStep(walk, step));
  showWalk(localStorage.getItem(WALK_AS) ?? "points");
  const strip = document.getElementById("hints");
  strip.hidden = localStorage.getItem(HIDDEN_AS) === "yes";
  document.getElementById("hide-hints").addEventListener("click", () => hide(strip, true));
  document.getElementById("show-hints").addEventListener("click", () => hide(strip, !strip.hidden));
}

function walkButton(walk) {
  return button({
    say: `hint.walk.${walk}`,
    data: { walk, testid: "hint-walk" },
    on: { click: () => showWalk(walk) },
  });
}

function makeStep(walk, step) {
  const item = element("li", { data: { walk } }, element("span", { say: `hint.${step}` }));
  item.prepend(icon("check"));
  items.set(step, [...(items.get(step) ?? []), item]);
  document.getElementById("hint-steps").append(item);
}

function showWalk(walk) {
  const shown = WALKS[walk] ? walk : "points";
  localStorage.setItem(WALK_AS, shown);
  for (const each of document.querySelectorAll("#hint-walks button")) {
    each.setAttribute("aria-pressed", String(each.dataset.walk === shown));
  }
  for (const each of document.querySelectorAll("#hint-steps li")) {
    each.hidden = each.dataset.walk !== shown;
  }
}

function hide(strip, isHidden) {
  strip.hidden = isHidden;
  localStorage.setItem(HIDDEN_AS, isHidden ? "yes" : "no");
}
