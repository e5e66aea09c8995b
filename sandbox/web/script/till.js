/** The till (收银台): goods, basket and checkout, with the shop's network or without it. */

import { StageFault, stage } from "./api.js";
import { Basket, basketRows } from "./basket.js";
import { button, element, resay } from "./dom.js";
import { yuan } from "./format.js";
import { GoodsShelf } from "./goods.js";
import { did } from "./hints.js";
import { say } from "./i18n.js";
import { ReceiptDesk } from "./receipts.js";

const REFUSED_FROM = 400;

export class Till {
  constructor({ goods, till }) {
    this.basket = new Basket();
    this.shelf = new GoodsShelf(goods, (each) => this.change(each, 1));
    this.desk = new ReceiptDesk(till.store_label);
    this.drawParts();
    this.counter = this.drawCounter();
    this.node = element("div", { className: "till-desk" }, this.counter, this.desk.node);
    this.drawBasket();
    this.desk.refresh();
  }

  drawParts() {
    this.rows = element("ul", { className: "basket-lines", data: { testid: "basket" } });
    this.total = element("strong", { className: "total-figure", data: { testid: "basket-total" } });
    this.fault = element("p", { className: "till-fault", role: "alert" });
    this.fault.dataset.testid = "till-fault";
    this.fault.hidden = true;
    this.memberCode = memberCodeInput();
    this.offline = element("input", {
      type: "checkbox",
      role: "switch",
      data: { testid: "offline" },
    });
    this.offline.addEventListener("change", () => this.showNetwork());
    this.clear = button({
      className: "plain",
      say: "till.clear",
      on: { click: () => this.empty() },
    });
    this.pay = button({
      className: "primary pay",
      say: "till.checkout",
      data: { testid: "checkout" },
      on: { click: () => this.checkOut() },
    });
  }

  drawCounter() {
    const codeWord = element("span", { say: "till.member_code" });
    this.memberField = element("label", { className: "field" }, codeWord, this.memberCode);
    return element(
      "div",
      { className: "counter" },
      this.shelf.node,
      element(
        "div",
        { className: "basket-head" },
        element("h3", { say: "till.basket" }),
        this.clear,
      ),
      this.rows,
      this.memberField,
      element("p", { className: "offline-note", say: "till.offline_hint" }),
      this.fault,
      this.drawPayLine(),
    );
  }

  drawPayLine() {
    const word = element("span", { say: "till.offline" });
    return element(
      "div",
      { className: "pay-line" },
      element("p", { className: "total" }, element("span", { say: "till.total" }), this.total),
      element("label", { className: "switch", title: "till.offline_hint" }, this.offline, word),
      this.pay,
    );
  }

  change(goods, by) {
    this.basket.add(goods, by);
    this.showFault(null);
    this.drawBasket();
  }

  empty() {
    this.basket.clear();
    this.memberCode.value = "";
    this.showFault(null);
    this.drawBasket();
  }

  drawBasket() {
    this.rows.replaceChildren(...basketRows(this.basket, (goods, by) => this.change(goods, by)));
    this.total.textContent = yuan(this.basket.totalFen());
    this.pay.disabled = this.basket.isEmpty;
    this.clear.hidden = this.basket.isEmpty;
    this.shelf.count(this.basket);
  }

  showNetwork() {
    this.counter.classList.toggle("is-offline", this.offline.checked);
    this.memberField.hidden = this.offline.checked;
    this.showFault(null);
  }

  async checkOut() {
    this.showFault(null);
    this.showBusy(true);
    try {
      await (this.offline.checked ? this.printOffline() : this.ringUp());
      did("checkout");
      this.empty();
    } catch (error) {
      if (!(error instanceof StageFault)) throw error;
      this.showFault(error);
      this.desk.refresh();
    } finally {
      this.showBusy(false);
    }
  }

  async ringUp() {
    const request = { lines: this.basket.asRequest() };
    const code = this.memberCode.value.replace(/\s/g, "");
    if (code) request.member_code = code;
    const answer = await stage.purchase(request);
    if (answer.status >= REFUSED_FROM) throw refusal(answer);
    await this.desk.print(answer.receipt_no, answer.answer);
  }

  async printOffline() {
    const answer = await stage.offlineReceipt({ lines: this.basket.asRequest() });
    await this.desk.print(answer.receipt_no);
  }

  showBusy(isBusy) {
    this.pay.disabled = isBusy || this.basket.isEmpty;
    resay(this.pay, isBusy ? "till.checking_out" : "till.checkout");
  }

  showFault(error) {
    this.fault.hidden = !error;
    this.fault.textContent = error ? say("till.refused", { message: error.message }) : "";
    if (error) this.fault.scrollIntoView({ block: "nearest" });
  }
}

export function absentTill() {
  return element(
    "div",
    { className: "empty till-absent" },
    element("strong", { say: "till.absent" }),
    element("p", { say: "till.absent_hint" }),
  );
}

function memberCodeInput() {
  return element("input", {
    inputmode: "numeric",
    autocomplete: "off",
    maxlength: "24",
    hint: "till.member_code_hint",
    data: { testid: "member-code" },
  });
}

/** The shop's own words for a refused purchase, its code behind them. */
function refusal({ answer, status }) {
  const fault = answer?.error ?? say("fault.unknown", { status });
  if (typeof fault === "string") return new StageFault(fault, status);
  const code = say("till.refused_code", { code: fault.code, status });
  return new StageFault(`${fault.message} · ${code}`, status);
}
