/** The scanner (扫一扫): picks a code that lies on the table, or takes a pasted one. */

import { avatar } from "./avatar.js";
import { button, element } from "./dom.js";
import { minuteOf, shortNumber, yuan } from "./format.js";
import { icon } from "./icons.js";
import { say } from "./i18n.js";
import { table } from "./table.js";

const CODES_SHOWN = 12;

/**
 * `onPick` gets {content} of what was seen, or {account} of an account's card among `cards`.
 * `scenes` are codes that an account has made, such as one for a store's counter.
 */
export function showScanner(sheets, onPick, { cards, scenes }) {
  const codes = table.codes.slice(0, CODES_SHOWN);
  sheets.open(
    { title: "scan.title", closeLabel: "scan.close", className: "scanner" },
    element(
      "div",
      { className: "scanner-view", "aria-hidden": "true" },
      icon("frame"),
      element("i"),
    ),
    element("h4", { say: "scan.table" }),
    codes.length + scenes.length ? null : element("p", { className: "scanner-empty", say: "scan.nothing" }),
    element(
      "div",
      { className: "codes" },
      ...codes.map((code) => receiptCode(code, onPick)),
      ...scenes.slice(0, CODES_SHOWN).map((code) => sceneCode(code, onPick)),
      ...cards.map((account) => cardCode(account, onPick)),
    ),
    pasteForm(onPick),
  );
}

/** What a code says when it is neither a page nor an account: the person may send it on. */
export function showScanned(sheets, text, onSend) {
  sheets.open(
    { title: "scan.result", closeLabel: "scan.close", className: "scanned" },
    element("p", { className: "scanned-text", text }),
    button({
      className: "primary wide",
      say: "scan.result_send",
      on: { click: () => onSend(text) },
    }),
  );
}

export function showScanning(sheets) {
  sheets.open(
    { title: "scan.title", closeLabel: "scan.close", className: "scanning" },
    element(
      "div",
      { className: "scanner-view is-busy", "aria-hidden": "true" },
      icon("frame"),
      element("i"),
    ),
    element("p", { say: "scan.running" }),
  );
}

function receiptCode(code, onPick) {
  const state = say(`receipt.state.${code.state}`);
  const note = [yuan(code.totalFen), minuteOf(code.at).slice(5), state].join(" · ");
  return button(
    {
      className: "code",
      data: { testid: "scan-code", number: code.number },
      on: { click: () => onPick(code) },
    },
    element("img", { src: code.qrUrl, alt: "", loading: "lazy" }),
    element(
      "span",
      { className: "code-words" },
      element("strong", { say: "scan.receipt", facts: { number: shortNumber(code.number) } }),
      element("small", { text: note }),
    ),
  );
}

function sceneCode(code, onPick) {
  const { label } = table.accounts.find(({ name }) => name === code.account);
  const picture = `/stage/qr.png?${new URLSearchParams({ text: code.content, scale: 3 })}`;
  return button(
    {
      className: "code",
      data: { testid: "scan-scene", scene: code.scene },
      on: { click: () => onPick({ content: code.content }) },
    },
    element("img", { src: picture, alt: "", loading: "lazy" }),
    element(
      "span",
      { className: "code-words" },
      element("strong", { say: "scan.scene", facts: { account: label } }),
      element("small", { text: code.scene }),
    ),
  );
}

function cardCode(account, onPick) {
  return button(
    {
      className: "code",
      data: { testid: "scan-card", account: account.name },
      on: { click: () => onPick({ account }) },
    },
    avatar(account.label),
    element(
      "span",
      { className: "code-words" },
      element("strong", { say: "scan.account", facts: { account: account.label } }),
      element("small", { say: "scan.account_note" }),
    ),
  );
}

function pasteForm(onPick) {
  const input = element("input", {
    label: "scan.paste",
    hint: "scan.paste_hint",
    autocomplete: "off",
    data: { testid: "scan-input" },
  });
  const form = element(
    "form",
    { className: "paste" },
    element("h4", { say: "scan.paste" }),
    element(
      "div",
      { className: "paste-line" },
      input,
      element("button", {
        type: "submit",
        className: "primary",
        say: "scan.read",
        data: { testid: "scan-read" },
      }),
    ),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const content = input.value.trim();
    if (content) onPick({ content });
  });
  return form;
}
