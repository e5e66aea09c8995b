/** The cast (人物): whose phones lie on the table; a tap brings one into view, a dot tells of news. */

import { avatar } from "./avatar.js";
import { button, element, resay } from "./dom.js";
import { table, watchTable } from "./table.js";

const TILL_AWAY_AS = "shuke.sandbox.till_away";

const chips = new Map();
const seen = new IntersectionObserver(takeNote, { threshold: 0.6 });

export function drawCast() {
  watchTable(() => table.phones.forEach(addChip));
  document.getElementById("toggle-till").addEventListener("click", () => putTill(!isTillAway()));
  putTill(localStorage.getItem(TILL_AWAY_AS) === "yes");
}

/** A message came to a phone that may be out of view. */
export function noticed(phone) {
  const chip = chips.get(phone);
  if (chip && !chip.isInView) chip.node.classList.add("has-news");
}

function addChip(phone) {
  if (chips.has(phone)) return;
  const node = button(
    {
      className: "cast-chip",
      label: "cast.show",
      facts: { name: phone.name },
      data: { testid: "cast-chip", name: phone.name },
      on: { click: () => bring(phone) },
    },
    avatar(phone.name, phone.avatar),
    element("span", { text: phone.name }),
  );
  chips.set(phone, { node, isInView: false });
  document.getElementById("cast-people").append(node);
  seen.observe(phone.node);
}

function bring(phone) {
  phone.node.scrollIntoView({ block: "nearest", inline: "start", behavior: "smooth" });
}

function takeNote(entries) {
  for (const { target, isIntersecting } of entries) {
    const [, chip] = Array.from(chips).find(([phone]) => phone.node === target);
    chip.isInView = isIntersecting;
    chip.node.classList.toggle("is-in-view", isIntersecting);
    if (isIntersecting) chip.node.classList.remove("has-news");
  }
}

function isTillAway() {
  return document.body.classList.contains("till-away");
}

/** Without the till there is room for more phones side by side. */
function putTill(isAway) {
  document.body.classList.toggle("till-away", isAway);
  localStorage.setItem(TILL_AWAY_AS, isAway ? "yes" : "no");
  const toggle = document.getElementById("toggle-till");
  toggle.setAttribute("aria-pressed", String(isAway));
  resay(toggle, isAway ? "cast.show_till" : "cast.hide_till");
}
