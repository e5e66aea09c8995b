/** The journal (往来记录): every push to the shop and every call of the shop, as it happens. */

import { stage } from "./api.js";
import { button, element } from "./dom.js";
import { minuteOf } from "./format.js";
import { say } from "./i18n.js";
import { table } from "./table.js";

const POLL_MILLISECONDS = 1500;
const ROWS_SHOWN = 300;
const VERDICTS = {
  reply: "reply",
  nothing: "nothing",
  "fault tip": "fault",
  delivered: "delivered",
  nobody: "nobody",
};
const KINDS = ["all", "push", "api", "sms"];

const drawer = () => document.getElementById("journal");
const list = () => document.getElementById("journal-rows");

const rows = new Map();
let timer = null;
let newest = 0;

export function startJournal() {
  document.getElementById("open-journal").addEventListener("click", () => toggle(drawer().hidden));
  document.getElementById("close-journal").addEventListener("click", () => toggle(false));
  drawer().addEventListener("keydown", (event) => {
    if (event.key === "Escape") toggle(false);
  });
  document.getElementById("journal-kinds").append(...KINDS.map(kindButton));
}

function toggle(isOpen) {
  drawer().hidden = !isOpen;
  document.getElementById("open-journal").setAttribute("aria-expanded", String(isOpen));
  clearInterval(timer);
  if (!isOpen) return;
  drawer().focus();
  refresh();
  timer = setInterval(refresh, POLL_MILLISECONDS);
}

function kindButton(kind) {
  return button({
    say: `journal.${kind}`,
    "aria-pressed": String(kind === "all"),
    data: { kind },
    on: { click: () => showKind(kind) },
  });
}

function showKind(kind) {
  drawer().dataset.kind = kind;
  for (const each of document.querySelectorAll("#journal-kinds button")) {
    each.setAttribute("aria-pressed", String(each.dataset.kind === kind));
  }
}

async function refresh() {
  if (document.hidden) return;
  const answer = await stage.journal(settledUpTo()).catch(() => null);
  for (const row of answer?.rows ?? []) put(row);
  document.getElementById("journal-empty").hidden = rows.size > 0;
}

/** A push stands in the journal before it is judged, so unjudged rows are asked for again. */
function settledUpTo() {
  const open = Array.from(rows.values()).find((row) => row.isOpen && row.n > newest - 20);
  return open ? open.n - 1 : newest;
}

function put(row) {
  newest = Math.max(newest, row.n);
  const node = drawRow(row);
  const known = rows.get(row.n);
  if (known) {
    node.open = known.node.open;
    known.node.replaceWith(node);
  } else {
    list().prepend(node);
  }
  rows.set(row.n, { n: row.n, node, isOpen: row.direction === "push" && !row.verdict });
  forgetOldest();
}

function forgetOldest() {
  if (rows.size <= ROWS_SHOWN) return;
  const [oldest] = rows.keys();
  rows.get(oldest).node.remove();
  rows.delete(oldest);
}

function drawRow(row) {
  const verdict = VERDICTS[row.verdict];
  const account = table.accounts.find((each) => each.name === row.account);
  return element(
    "details",
    { className: "journal-row", data: { testid: "journal-row", direction: row.direction } },
    element(
      "summary",
      {},
      element("b", {
        className: `direction direction-${row.direction}`,
        say: `journal.${row.direction}`,
      }),
      element("span", { className: "journal-summary", text: row.summary }),
      verdict
        ? element("em", { className: `verdict verdict-${verdict}`, say: `journal.${verdict}` })
        : null,
      element("small", {
        text: [minuteOf(row.at).slice(5), account?.label ?? row.account]
          .filter(Boolean)
          .join(" · "),
      }),
      element("small", { className: "journal-tries", text: triesInShort(row.attempts ?? []) }),
    ),
    attemptList(row.attempts ?? []),
    ...sideOf("journal.request", row.request),
    ...sideOf("journal.answer", row.answer),
  );
}

function triesInShort(attempts) {
  return attempts
    .map((each) => `${each.status ?? "✕"} ${say("journal.seconds", { seconds: each.seconds })}`)
    .join(" → ");
}

function attemptList(attempts) {
  if (attempts.length < 2) return null;
  return element("ol", { className: "attempts" }, ...attempts.map(attemptLine));
}

function attemptLine(each, index) {
  const status = each.status ?? say("journal.no_status");
  const words = [status, say("journal.seconds", { seconds: each.seconds }), detailOf(each)];
  return element(
    "li",
    {},
    element("span", { say: "journal.attempt", facts: { number: index + 1 } }),
    element("code", { text: words.filter(Boolean).join(" · ") }),
  );
}

/** "fault tip: HTTP 500" → the part behind the verdict, which the row itself already tells. */
function detailOf({ verdict }) {
  return verdict?.split(": ").slice(1).join(": ");
}

function sideOf(name, content) {
  if (content === undefined || content === null || content === "") return [];
  const text = typeof content === "string" ? content : JSON.stringify(content, null, 2);
  return [element("h4", { say: name }), element("pre", { text, tabindex: "0" })];
}
