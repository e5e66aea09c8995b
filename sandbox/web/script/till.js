/** The till (收银台): goods, basket and checkout, with the shop's network or without it. */

import { StageFault, stage } from "./api.js";
import { Basket } from "./basket.js";
import { button, element, resay } from "./dom.js";
import { yuan } from "./format.js";
import { did } from "./hints.js";
import { say } from "./i18n.js";
import { ReceiptDesk } from "./receipts.js";

const REFUSED_FROM = 400;

export class Till {
  constructor({ goods, till }) {
    this.goods = goods;
    this.basket = new Basket();
    this.desk = new ReceiptDesk(till?.store_label ?? "");
    this.node = till ? this.draw() : absentTill();
  }

  draw() {
    this.tiles = element("div", { className: "goods", role: "group", label: "till.goods" });
    this.list = element("ul", { className: "basket-lines", data: { testid: "basket" } });
    this.total = element("strong", { className: "total-figure", data: { testid: "basket-total" } });
    this.fault = element("p", { className: "till-fault", role: "alert", data: { testid: "till-fault" } });
    this.fault.hidden = true;
    this.memberCode = element("input", {
      inputmode: "numeric",
      autocomplete: "off",
      maxlength: "18",
      hint: "till.member_code_hint",
      data: { testid: "member-code" },
    });
    this.offline = element("input", { type: "checkbox", role: "switch", data: { testid: "offline" } });
    this.offline.addEventListener("change", () => this.showNetwork());
    this.tiles.append(...this.goods.map((each) => this.tile(each)));
    this.drawBasket();
    this.desk.refresh();
    return element("div", { className: "till-desk" }, this.drawCounter(), this.desk.node);
  }

  drawCounter() {
    this.clear = button({ className: "plain", say: "till.clear", on: { click: () => this.empty() } });
    this.memberField = element("label", { className: "field" }, element("span", { say: "till.member_code" }), this.memberCode);
    const counter = element(
      "div",
      { className: "counter" },
      this.goods.length ? this.tiles : element("p", { className: "empty", say: "till.no_goods" }),
      element("div", { className: "basket-head" }, element("h3", { say: "till.basket" }), this.clear),
      this.list,
      this.memberField,
      element("p", { className: "offline-note", say: "till.offline_hint" }),
      this.fault,
      this.drawPay(),
    );
    this.counter = counter;
    return counter;
  }

  drawPay() {
    this.checkout = button({
      className: "primary pay",
      say: "till.checkout",
      data: { testid: "checkout" },
      on: { click: () => this.checkOut() },
    });
    this.drawBasket();
    const figure = element("p", { className: "total" }, element("span", { say: "till.total" }), this.total);
    return element("div", { className: "pay-line" }, figure, this.switchLabel(), this.checkout);
  }

  switchLabel() {
    return element(
      "label",
      { className: "switch", title: "till.offline_hint" },
      this.offline,
      element("span", { say: "till.offline" }),
    );
  }

  tile(goods) {
    const facts = { name: goods.name, price: yuan(goods.amount_fen) };
    return button(
      {
        className: "tile",
        label: "till.add",
        facts,
        data: { testid: "goods", sku: goods.sku },
        on: { click: () => this.put(goods, 1) },
      },
      element("strong", { text: goods.name }),
      element("span", { className: "price", text: yuan(goods.amount_fen) }),
      element("small", { text: goods.category ?? "" }),
      element("b", { className: "tile-count", "aria-hidden": "true" }),
    );
  }

  put(goods, quantity) {
    this.basket.add(goods, quantity);
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
    const lines = this.basket.lines().map((line) => this.line(line));
    const nothing = element("li", { className: "empty", say: "till.empty" });
    this.list.replaceChildren(...(lines.length ? lines : [nothing]));
    this.total.textContent = yuan(this.basket.totalFen());
    if (this.checkout) this.checkout.disabled = this.basket.isEmpty;
    if (this.clear) this.clear.hidden = this.basket.isEmpty;
    this.goods.forEach((goods, at) => this.countTile(this.tiles.children[at], goods));
  }

  countTile(tile, goods) {
    const quantity = this.basket.quantityOf(goods);
    tile.classList.toggle("is-picked", quantity > 0);
    tile.querySelector(".tile-count").textContent = quantity || "";
  }

  line({ goods, quantity }) {
    const facts = { name: goods.name };
    return element(
      "li",
      { className: "basket-line" },
      element("span", { className: "line-name", text: goods.name }),
      button({ className: "step", text: "−", label: "till.fewer", facts, on: { click: () => this.put(goods, -1) } }),
      element("b", { text: quantity }),
      button({ className: "step", text: "+", label: "till.more", facts, on: { click: () => this.put(goods, 1) } }),
      element("span", { className: "line-sum", text: yuan(goods.amount_fen * quantity) }),
    );
  }

  showNetwork() {
    this.counter.classList.toggle("is-offline", this.offline.checked);
    this.memberField.hidden = this.offline.checked;
    this.showFault(null);
  }

  async checkOut() {
    this.showFault(null);
    this.busy(true);
    try {
      await (this.offline.checked ? this.printOffline() : this.ringUp());
      did("checkout");
      this.empty();
    } catch (error) {
      if (!(error instanceof StageFault)) throw error;
      this.showFault(error);
      this.desk.refresh();
    } finally {
      this.busy(false);
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

  busy(isBusy) {
    this.checkout.disabled = isBusy || this.basket.isEmpty;
    resay(this.checkout, isBusy ? "till.checking_out" : "till.checkout");
  }

  showFault(error) {
    this.fault.hidden = !error;
    this.fault.textContent = error ? say("till.refused", { message: error.message }) : "";
  }
}

/** The shop's own words for a refused purchase, its code behind them. */
function refusal({ answer, status }) {
  const fault = answer?.error ?? say("fault.unknown", { status });
  if (typeof fault === "string") return new StageFault(fault, status);
  const code = say("till.refused_code", { code: fault.code, status });
  return new StageFault(`${fault.message} · ${code}`, status);
}

function absentTill() {
  return element(
    "div",
    { className: "empty till-absent" },
    element("strong", { say: "till.absent" }),
    element("p", { say: "till.absent_hint" }),
  );
}
