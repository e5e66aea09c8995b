/** A receipt (小票) on paper: lines, total, the shop's words, and the code a phone can scan. */

import { button, element } from "./dom.js";
import { minuteOf, yuan } from "./format.js";
import { say } from "./i18n.js";
import { table } from "./table.js";
import { toast } from "./toast.js";

/**
 * `slip` is {number, at, store, kind, lines, steps, totalFen, storedFen, refundedFen, words, content,
 * qrUrl, member, state}; `onRefund(slip)` hears the button of a sale that can come back.
 */
export function paper(slip, { onRefund }) {
  return element(
    "article",
    {
      className: "paper",
      label: "scan.receipt",
      facts: { number: slip.number },
      data: { testid: "receipt", number: slip.number },
    },
    element("h4", { text: slip.store || say("receipt.title") }),
    element("dl", { className: "paper-facts" }, ...factRows(slip)),
    slip.lines.length
      ? element("ul", { className: "paper-lines" }, ...slip.lines.map(lineRow))
      : null,
    slip.steps.length
      ? element("ul", { className: "paper-lines paper-steps" }, ...slip.steps.map(stepRow))
      : null,
    element(
      "p",
      { className: "paper-total" },
      element("span", { say: `receipt.total_of.${slip.kind}` }),
      element("strong", { text: yuan(slip.totalFen), data: { testid: "receipt-total" } }),
    ),
    slip.storedFen ? amountLine("quote.by_stored", slip.storedFen) : null,
    slip.refundedFen ? amountLine("receipt.refunded", -slip.refundedFen) : null,
    slip.member
      ? element("p", {
          className: "paper-words",
          say: "receipt.member",
          facts: { member: slip.member },
        })
      : null,
    slip.words
      ? element("p", {
          className: "paper-words",
          text: slip.words,
          data: { testid: "receipt-text" },
        })
      : null,
    slip.state === "offline"
      ? element("p", { className: "paper-stamp", say: "receipt.offline" })
      : null,
    slip.content && slip.state !== "member" ? codeBlock(slip) : null,
    canComeBack(slip)
      ? button({
          className: "plain refund",
          say: "refund.ask",
          data: { testid: "refund" },
          on: { click: () => onRefund(slip) },
        })
      : null,
  );
}

/** One button a phone: "scan with 小王's phone". */
export function scanButtons(content) {
  const buttons = table.phones.map((phone) =>
    button({
      className: "primary small",
      say: "receipt.scan_with",
      facts: { name: phone.name },
      data: { testid: "scan-with", phone: phone.id },
      on: { click: () => scanWith(phone, content) },
    }),
  );
  return element("div", { className: "scan-buttons" }, ...buttons);
}

function scanWith(phone, content) {
  phone.node.scrollIntoView({ block: "nearest", inline: "nearest", behavior: "smooth" });
  phone.scan(content);
}

function factRows(slip) {
  const rows = [
    ["receipt.number", slip.number],
    ["receipt.time", minuteOf(slip.at)],
  ];
  return rows.map(([name, text]) =>
    element("div", {}, element("dt", { say: name }), element("dd", { text })),
  );
}

function canComeBack({ kind, state, totalFen, refundedFen }) {
  return kind === "sale" && state !== "refused" && refundedFen < totalFen;
}

function stepRow(step) {
  return element(
    "li",
    {},
    element("span", { text: step.label }),
    element("span", { text: yuan(step.amount_fen) }),
  );
}

function amountLine(name, amountFen) {
  return element(
    "p",
    { className: "paper-part" },
    element("span", { say: name }),
    element("span", { text: yuan(amountFen) }),
  );
}

function lineRow(line) {
  return element(
    "li",
    {},
    element("span", { text: line.name }),
    element("small", { text: `× ${line.quantity}` }),
    element("span", { text: yuan(line.amountFen) }),
  );
}

function codeBlock(slip) {
  const qr = element("img", {
    className: "paper-qr",
    src: slip.qrUrl,
    alt: "",
    label: "receipt.qr",
    facts: { number: slip.number },
    draggable: "true",
    data: { testid: "receipt-qr" },
  });
  qr.addEventListener("dragstart", (event) =>
    event.dataTransfer.setData("text/plain", slip.content),
  );
  return element(
    "div",
    { className: "paper-code" },
    qr,
    element("small", { say: "receipt.drag" }),
    scanButtons(slip.content),
    button({ className: "plain", say: "receipt.copy", on: { click: () => copy(slip.content) } }),
  );
}

async function copy(content) {
  await navigator.clipboard.writeText(content);
  toast(say("receipt.copied"));
}
