/** The receipt desk (小票台): the newest receipt, the earlier ones, and those still to upload. */

import { stage } from "./api.js";
import { button, element, resay } from "./dom.js";
import { minuteOf, shortNumber, yuan } from "./format.js";
import { say } from "./i18n.js";
import { paper } from "./receipt.js";
import { refund } from "./refund.js";
import { lay, table, watchTable } from "./table.js";
import { attempt, toast } from "./toast.js";

export class ReceiptDesk {
  constructor(store) {
    this.store = store;
    this.receipts = [];
    this.slot = element("div", { className: "slot" }, waiting());
    this.upload = button({
      className: "upload",
      data: { testid: "upload" },
      on: { click: () => this.uploadAll() },
    });
    this.upload.hidden = true;
    this.list = element("ul", { className: "earlier", data: { testid: "earlier-receipts" } });
    this.earlier = element(
      "div",
      { className: "earlier-box" },
      element("h3", { say: "receipt.earlier" }),
      this.list,
    );
    this.earlier.hidden = true;
    this.node = element(
      "div",
      { className: "desk", label: "receipt.title", role: "region" },
      this.slot,
      this.upload,
      this.earlier,
    );
    this.watch();
  }

  /** A new phone needs its button on the paper. */
  watch() {
    let phones = 0;
    watchTable(() => {
      if (table.phones.length !== phones) this.redraw();
      phones = table.phones.length;
    });
  }

  /** Puts the newest receipt, refund or top-up on paper. */
  async print(number) {
    this.shown = { number };
    await this.refresh();
    this.slot.scrollIntoView({ block: "nearest", behavior: "smooth" });
  }

  show(slip) {
    this.shown = slip;
    this.redraw();
    this.drawList();
  }

  redraw() {
    if (!this.shown?.lines) return;
    const sheet = paper(this.shown, { onRefund: (slip) => this.refund(slip) });
    // Only a receipt that just came rolls out of the printer.
    sheet.classList.toggle("is-new", this.drawn !== this.shown.number);
    this.drawn = this.shown.number;
    this.slot.replaceChildren(sheet);
  }

  async refresh() {
    const answer = await stage.receipts().catch(() => null);
    if (!answer) return;
    this.receipts = answer.receipts.map((row) => this.slipOf(row));
    // A refunded or refused sale keeps its paper; what can be scanned is what has a code.
    lay({ codes: this.receipts.filter((slip) => slip.content) });
    const shown = this.receipts.find((slip) => slip.number === this.shown?.number);
    this.show(shown ?? this.receipts.find((slip) => slip.content));
  }

  async refund(slip) {
    const number = await refund(slip);
    if (number) await this.print(number);
  }

  slipOf(row) {
    return {
      number: row.receipt_no,
      at: row.at,
      store: this.store,
      lines: row.lines.map(lineOf),
      totalFen: row.amount_fen,
      content: row.claim_url ?? "",
      qrUrl: row.qr_url ?? "",
      state: row.state,
      kind: row.kind,
      steps: row.steps,
      storedFen: row.stored_fen,
      refundedFen: row.refunded_fen,
      words: row.answer.receipt_text ?? "",
      member: memberOf(row.answer),
    };
  }

  drawList() {
    const others = this.receipts.filter((slip) => slip.number !== this.shown?.number);
    this.earlier.hidden = others.length === 0;
    this.list.replaceChildren(...others.map((slip) => this.row(slip)));
    const count = this.receipts.filter((slip) => slip.state === "offline").length;
    this.upload.hidden = count === 0;
    resay(this.upload, "till.upload", { count });
  }

  row(slip) {
    return element(
      "li",
      {},
      button(
        {
          className: "earlier-row",
          data: { number: slip.number },
          on: { click: () => this.show(slip) },
        },
        element("span", {
          className: "earlier-name",
          say: `receipt.kind.${slip.kind}`,
          facts: { number: shortNumber(slip.number) },
        }),
        element("small", { text: minuteOf(slip.at).slice(5) }),
        element("em", {
          className: `state state-${slip.state}`,
          say: `receipt.state.${slip.state}`,
        }),
        element("strong", { text: yuan(slip.totalFen) }),
      ),
    );
  }

  async uploadAll() {
    this.upload.disabled = true;
    const answer = await attempt(() => stage.upload());
    this.upload.disabled = false;
    if (answer) tellUpload(answer);
    await this.refresh();
  }
}

function tellUpload({ failed }) {
  toast(failed ? say("till.upload_refused", { count: failed }) : say("till.uploaded"));
}

function memberOf({ member }) {
  return member ? `${member.name_masked ?? ""} ${member.member_no ?? ""}`.trim() : "";
}

function lineOf(line) {
  const { sku, name, quantity } = line;
  return { sku, name, quantity, amountFen: line.amount_fen };
}

function waiting() {
  return element(
    "div",
    { className: "paper paper-waiting" },
    element("strong", { say: "receipt.waiting" }),
    element("p", { say: "receipt.waiting_hint" }),
  );
}
