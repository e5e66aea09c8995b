/** Checkout (结账): basket, price and payment: plainly, as quoted, with stored value, or offline. */

import { StageFault, stage } from "./api.js";
import { Basket, basketRows } from "./basket.js";
import { button, element, resay } from "./dom.js";
import { yuan } from "./format.js";
import { GoodsShelf } from "./goods.js";
import { did } from "./hints.js";
import { say } from "./i18n.js";
import { QuoteView } from "./quote_view.js";
import { answered } from "./till_talk.js";

const QUOTE_PAUSE_MILLISECONDS = 150;

export class Checkout {
  constructor({ goods, desk, member }) {
    this.desk = desk;
    this.member = member;
    this.basket = new Basket();
    this.shelf = new GoodsShelf(goods, (each) => this.change(each, 1));
    this.view = new QuoteView({
      nameOfCoupon: (code) => member.nameOfCoupon(code),
      onChoice: (best) => this.choose(best),
      onChange: () => this.requote(),
      onPlain: () => this.endQuoting(),
    });
    this.drawParts();
    this.node = this.draw();
    this.drawBasket();
  }

  drawParts() {
    this.rows = element("ul", { className: "basket-lines", data: { testid: "basket" } });
    this.totalWord = element("span", { say: "till.total" });
    this.total = element("strong", { className: "total-figure", data: { testid: "basket-total" } });
    this.fault = element("p", { className: "till-fault", role: "alert" });
    this.fault.dataset.testid = "till-fault";
    this.fault.hidden = true;
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
    this.ask = button({
      className: "ask-price",
      say: "quote.ask",
      data: { testid: "quote" },
      on: { click: () => this.startQuoting() },
    });
    this.pay = button({
      className: "primary pay",
      say: "till.checkout",
      data: { testid: "checkout" },
      on: { click: () => this.checkOut() },
    });
  }

  draw() {
    const head = element(
      "div",
      { className: "basket-head" },
      element("h3", { say: "till.basket" }),
      this.clear,
    );
    return element(
      "div",
      { className: "checkout" },
      this.shelf.node,
      head,
      this.rows,
      element("p", { className: "offline-note", say: "till.offline_hint" }),
      this.view.node,
      this.fault,
      this.drawPayLine(),
    );
  }

  drawPayLine() {
    return element(
      "div",
      { className: "pay-line" },
      element("p", { className: "total" }, this.totalWord, this.total),
      element(
        "label",
        { className: "switch", title: "till.offline_hint" },
        this.offline,
        element("span", { say: "till.offline" }),
      ),
      this.ask,
      this.pay,
    );
  }

  change(goods, by) {
    this.basket.add(goods, by);
    this.changed();
  }

  changed() {
    this.showFault(null);
    this.dropHold();
    this.drawBasket();
    if (this.basket.isEmpty) this.endQuoting();
    else this.takeMember();
  }

  empty() {
    this.basket.clear();
    this.view.reset();
    this.changed();
    this.member.forget();
  }

  /** Another member, or another coupon: whoever is known has a price of their own. */
  takeMember() {
    this.dropHold();
    this.view.showMember(this.member.known);
    if (this.isQuoting || this.member.known) this.startQuoting();
  }

  startQuoting() {
    if (this.basket.isEmpty || this.offline.checked) return;
    this.isQuoting = true;
    this.requote();
  }

  endQuoting() {
    this.isQuoting = false;
    this.quote = null;
    this.view.show(null);
    this.dropHold();
    this.drawBasket();
  }

  /** Waits for more changes; only the newest question's answer counts. */
  requote() {
    clearTimeout(this.asking);
    if (!this.isQuoting) return;
    this.quote = null;
    this.dropHold();
    this.drawBasket();
    this.asking = setTimeout(() => this.askPrice(), QUOTE_PAUSE_MILLISECONDS);
  }

  async askPrice() {
    const asked = this.asking;
    const question = { lines: this.basket.asRequest(), ...this.view.wishes() };
    if (this.member.known) question.member_code = this.member.code;
    question.coupon_codes = this.member.coupons;
    try {
      const { answer } = await answered(stage.quote(question));
      if (asked !== this.asking || !this.isQuoting) return;
      this.quote = answer;
      this.view.show(answer);
      this.showFault(null);
    } catch (error) {
      if (asked !== this.asking) return;
      this.view.show(null, { keepWishes: true });
      this.showError(error, "till.not_quoted");
    }
    this.drawBasket();
  }

  /** One tap takes the best offer: its coupons and its points. */
  choose(best) {
    this.member.want(best.coupon_codes);
    this.view.setPoints(best.points);
    this.requote();
  }

  drawBasket() {
    this.rows.replaceChildren(...basketRows(this.basket, (goods, by) => this.change(goods, by)));
    resay(this.totalWord, this.quote ? "till.payable" : "till.total");
    this.total.textContent = yuan(this.quote?.payable_fen ?? this.basket.totalFen());
    this.pay.disabled = this.basket.isEmpty || (this.isQuoting && !this.quote);
    resay(this.pay, this.quote ? "till.pay_quoted" : "till.checkout");
    this.ask.hidden = Boolean(this.isQuoting) || this.offline.checked;
    this.ask.disabled = this.basket.isEmpty;
    this.clear.hidden = this.basket.isEmpty;
    this.shelf.count(this.basket);
  }

  showNetwork() {
    this.counter?.classList.toggle("is-offline", this.offline.checked);
    this.member.node.hidden = this.offline.checked;
    this.showFault(null);
    this.endQuoting();
  }

  async checkOut() {
    this.showFault(null);
    this.showBusy(true);
    try {
      await (this.offline.checked ? this.printOffline() : this.ringUp());
      did("checkout");
      this.held = this.receiptNo = null;
      this.isQuoting = false;
      this.quote = null;
      this.view.show(null);
      this.empty();
      this.counter.scrollTop = 0;
    } catch (error) {
      this.showError(error);
      this.desk.refresh();
    } finally {
      this.showBusy(false);
    }
  }

  async ringUp() {
    const sale = { lines: this.basket.asRequest() };
    if (this.quote) await this.payAsQuoted(sale);
    else if (this.member.code) sale.member_code = this.member.code;
    if (this.receiptNo) sale.receipt_no = this.receiptNo;
    const answer = await answered(stage.purchase(sale));
    await this.desk.print(answer.receipt_no);
  }

  /** Stored value is held before the purchase, which then takes it; the quote knows its member. */
  async payAsQuoted(sale) {
    const { quote_id, payable_fen, stored_fen, steps } = this.quote;
    if (stored_fen && !this.held) await this.hold(stored_fen);
    // Asked again after the member had to agree: taking it tells whether that has happened.
    else if (this.awaits) await answered(stage.captureHold(this.held));
    this.awaits = false;
    Object.assign(sale, { quote_id, paid_fen: payable_fen, stored_fen, steps });
  }

  async hold(amount) {
    const wish = { member_code: this.member.code, amount_fen: amount };
    if (this.receiptNo) wish.receipt_no = this.receiptNo;
    const { answer, receipt_no } = await answered(stage.hold(wish));
    this.held = answer.hold_id;
    this.receiptNo = receipt_no;
    this.awaits = answer.state === "awaiting_member";
    if (this.awaits) throw new StageFault(say("quote.awaits_member"), 409);
  }

  /** What was held for a basket that is no longer paid like that is free again. */
  dropHold() {
    if (!this.held) return;
    stage.voidHold(this.held).catch(() => null);
    this.held = this.receiptNo = null;
    this.awaits = false;
  }

  async printOffline() {
    const answer = await stage.offlineReceipt({ lines: this.basket.asRequest() });
    await this.desk.print(answer.receipt_no);
  }

  showBusy(isBusy) {
    if (!isBusy) return this.drawBasket();
    this.pay.disabled = true;
    resay(this.pay, "till.checking_out");
  }

  showError(error, sentence) {
    if (!(error instanceof StageFault)) throw error;
    this.showFault(error, sentence);
  }

  showFault(error, sentence = "till.refused") {
    this.fault.hidden = !error;
    this.fault.textContent = error ? say(sentence, { message: error.message }) : "";
    if (error) this.fault.scrollIntoView({ block: "nearest" });
  }
}
