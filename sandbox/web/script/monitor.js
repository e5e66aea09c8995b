/** The platform's monitor (平台): what was sent by which way, what is left, and who holds what. */

import { stage } from "./api.js";
import { element } from "./dom.js";
import { minuteOf } from "./format.js";
import { did } from "./hints.js";
import { knows } from "./i18n.js";

const POLL_MILLISECONDS = 1500;
const PREFIX = "/cgi-bin/";

const drawer = () => document.getElementById("monitor");
const opener = () => document.getElementById("open-monitor");

let timer = null;
let shown = "";

export function startMonitor() {
  opener().addEventListener("click", () => toggle(drawer().hidden));
  document.getElementById("close-monitor").addEventListener("click", () => toggle(false));
  drawer().addEventListener("keydown", (event) => {
    if (event.key === "Escape") toggle(false);
  });
}

function toggle(isOpen) {
  drawer().hidden = !isOpen;
  opener().setAttribute("aria-expanded", String(isOpen));
  clearInterval(timer);
  if (!isOpen) return;
  drawer().focus();
  did("monitor");
  refresh();
  timer = setInterval(refresh, POLL_MILLISECONDS);
}

/** Drawn only when something has changed, so that a selection in it stays. */
async function refresh() {
  if (document.hidden) return;
  const answer = await stage.monitor().catch(() => null);
  const text = JSON.stringify(answer);
  if (!answer || text === shown) return;
  shown = text;
  document.getElementById("monitor-body").replaceChildren(...answer.accounts.map(accountPart));
}

function accountPart(account) {
  return element(
    "section",
    { className: "monitor-account", data: { testid: "monitor-account", account: account.name } },
    element(
      "h3",
      {},
      element("span", { text: account.label }),
      element("small", { say: `card.${account.kind}` }),
    ),
    part("monitor.sent", Object.entries(account.accepted).map(sentLine)),
    part("monitor.quotas", account.quotas.map(quotaLine)),
    part("monitor.jobs", account.jobs.map(jobLine)),
    part("monitor.people", account.people.map(personLine)),
  );
}

function part(title, lines) {
  if (!lines.length) return null;
  return element(
    "div",
    { className: "monitor-part" },
    element("h4", { say: title }),
    element("ul", {}, ...lines),
  );
}

function nameOf(path) {
  const key = `api.${path.replace(PREFIX, "").replaceAll("/", "_")}`;
  const short = element("code", { text: path.replace(PREFIX, "") });
  return knows(key) ? element("span", {}, element("span", { say: key }), short) : short;
}

function sentLine([path, count]) {
  return element("li", {}, nameOf(path), element("b", { text: String(count) }));
}

function quotaLine({ path, limit, used, a_minute: aMinute }) {
  const left = limit === null ? null : Math.max(0, limit - used);
  const facts = { used, limit: limit ?? "–", left: left ?? "–" };
  return element(
    "li",
    { className: left === 0 ? "is-used-up" : "" },
    nameOf(path),
    element("b", { say: "monitor.left", facts }),
    aMinute === null
      ? null
      : element("small", { say: "monitor.a_minute", facts: { count: aMinute } }),
  );
}

function jobLine({ at, kind, status, outcome, counts }) {
  const reached = counts.SentCount ?? 0;
  const total = counts.TotalCount ?? 0;
  return element(
    "li",
    {},
    element("span", { text: `${minuteOf(at).slice(5)} ${kind}` }),
    element("b", { text: outcome || status }),
    element("small", { say: "monitor.reached", facts: { reached, total } }),
  );
}

function personLine(person) {
  const state = person.following ? "card.following" : "card.not_following";
  const chips = [
    ...joined(person.grants).map(grantChip),
    ...person.held.map(({ title, count }) => chip(`${title} ×${count}`)),
    person.one_time ? chip("monitor.one_time", { count: person.one_time }) : null,
    person.mass_received
      ? chip("monitor.mass", { count: person.mass_received, most: person.mass_most })
      : null,
    person.blocked ? chip("monitor.blocked") : null,
  ];
  return element(
    "li",
    { className: "monitor-person" },
    element("span", { text: person.name }),
    element("small", { say: state }),
    element("p", {}, ...chips.filter(Boolean)),
  );
}

/** Grants of one trigger as one: all that is left of them, until the last of them ends. */
function joined(grants) {
  const found = new Map();
  for (const { trigger, left, ends_at } of grants) {
    const known = found.get(trigger) ?? { trigger, left: 0, ends_at };
    known.left += left;
    if (ends_at > known.ends_at) known.ends_at = ends_at;
    found.set(trigger, known);
  }
  return [...found.values()];
}

function grantChip({ trigger, left, ends_at: endsAt }) {
  const facts = { left, ends: minuteOf(endsAt).slice(5) };
  return chip(`monitor.grant.${trigger}`, facts);
}

function chip(words, facts) {
  return knows(words)
    ? element("em", { say: words, facts })
    : element("em", { text: words });
}
