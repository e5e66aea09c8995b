/** Topping up (充值): an amount with the shop's offer, or any other, for the member at the till. */

import { StageFault, stage } from "./api.js";
import { button, element } from "./dom.js";
import { yuan } from "./format.js";
import { say } from "./i18n.js";
import { answered } from "./till_talk.js";

export class TopUpDesk {
  constructor(offers, { desk, member }) {
    Object.assign(this, { desk, member });
    this.amount = element("input", {
      type: "number",
      min: "1",
      step: "any",
      label: "topup.amount",
      hint: "topup.amount",
      data: { testid: "topup-amount" },
    });
    this.fault = element("p", { className: "till-fault", role: "alert" });
    this.fault.hidden = true;
    this.node = element(
      "div",
      { className: "side-desk", data: { testid: "topup-desk" } },
      element("p", { className: "side-note", say: "topup.hint" }),
      element("div", { className: "topup-offers" }, ...offers.map((offer) => this.key(offer))),
      this.form(),
      this.fault,
    );
  }

  key({ paid_fen, bonus_fen }) {
    return button(
      {
        className: "topup-offer",
        data: { testid: "topup-offer", paid: paid_fen },
        on: { click: () => this.take(paid_fen) },
      },
      element("strong", { say: "topup.pay", facts: { paid: yuan(paid_fen) } }),
      bonus_fen
        ? element("small", { say: "topup.bonus", facts: { bonus: yuan(bonus_fen) } })
        : null,
    );
  }

  form() {
    const form = element(
      "form",
      { className: "side-form" },
      this.amount,
      element("button", {
        type: "submit",
        className: "primary",
        say: "topup.go",
        data: { testid: "topup-go" },
      }),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.take(Math.round(Number(this.amount.value) * 100));
    });
    return form;
  }

  async take(paidFen) {
    this.fault.hidden = true;
    try {
      if (!this.member.code) throw new StageFault(say("topup.who"), 0);
      if (!(paidFen > 0)) throw new StageFault(say("topup.how_much"), 0);
      const wish = { member_code: this.member.code, paid_fen: paidFen };
      const { receipt_no } = await answered(stage.topUp(wish));
      this.amount.value = "";
      this.member.forget();
      await this.desk.print(receipt_no);
    } catch (error) {
      if (!(error instanceof StageFault)) throw error;
      this.fault.hidden = false;
      this.fault.textContent = error.message;
    }
  }
}
