/** Subscriptions (订阅消息): WeChat's popup of what an account asks leave for, and its settings. */

import { avatar } from "./avatar.js";
import { button, element } from "./dom.js";

// WeChat shows no more forms than this in one popup.
const MOST_IN_ONE_POPUP = 3;

/**
 * `on` has answer({accepted, rejected}), takeBack(form) and block(isBlocked); each draws the sheet
 * anew when it is done.
 */
export function showSubscriptions(sheets, { account, forms, blocked }, on) {
  sheets.open(
    { title: "subscribe.title", closeLabel: "card.close", closeIcon: "back", className: "subscribe" },
    forms.length ? popup(account, forms.slice(0, MOST_IN_ONE_POPUP), on) : noForms(),
    heldList(forms, on),
    account.kind === "mini" ? null : receiving(blocked, on),
  );
}

function popup(account, forms, on) {
  const boxes = forms.map((form) => choice(form));
  const form = element(
    "form",
    { className: "subscribe-popup" },
    element(
      "p",
      { className: "subscribe-who" },
      avatar(account.label),
      element("strong", { text: account.label }),
      element("span", { say: "subscribe.asks" }),
    ),
    ...boxes,
    element(
      "div",
      { className: "subscribe-ends" },
      button({
        say: "subscribe.refuse",
        className: "wide",
        data: { testid: "subscribe-refuse" },
        on: { click: () => on.answer({ accepted: [], rejected: forms.map(({ id }) => id) }) },
      }),
      element("button", {
        type: "submit",
        say: "subscribe.accept",
        className: "wide primary",
        data: { testid: "subscribe-accept" },
      }),
    ),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const accepted = new FormData(form).getAll("form");
    const rejected = forms.map(({ id }) => id).filter((id) => !accepted.includes(id));
    on.answer({ accepted, rejected });
  });
  return form;
}

function choice({ id, title, labels }) {
  return element(
    "label",
    { className: "subscribe-choice" },
    element("input", { type: "checkbox", name: "form", value: id, checked: true }),
    element("span", {}, element("strong", { text: title }), labelsOf(labels)),
  );
}

function labelsOf(labels) {
  return element("small", { text: labels.join(" · ") });
}

function heldList(forms, on) {
  const held = forms.filter((form) => form.held > 0);
  if (!held.length) return null;
  const rows = held.map(({ id, title, held: count }) =>
    element(
      "li",
      {},
      element("span", { text: title }),
      element("small", {
        say: "subscribe.left",
        facts: { count },
        data: { testid: "subscribe-left", count },
      }),
      button({ say: "subscribe.take_back", on: { click: () => on.takeBack(id) } }),
    ),
  );
  return element("ul", { className: "subscribe-held" }, ...rows);
}

function receiving(blocked, on) {
  const box = element("input", {
    type: "checkbox",
    checked: !blocked,
    data: { testid: "receives" },
    on: { change: () => on.block(!box.checked) },
  });
  return element(
    "label",
    { className: "subscribe-receives" },
    element("span", { say: "subscribe.receives" }),
    box,
  );
}

function noForms() {
  return element("p", { className: "browser-empty", say: "subscribe.none" });
}
