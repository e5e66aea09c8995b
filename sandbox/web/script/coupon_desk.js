/** Coupons by their code (券码): redeemed for the basket on the till, or released again. */

import { StageFault, stage } from "./api.js";
import { button, element, resay } from "./dom.js";
import { answered } from "./till_talk.js";

export class CouponDesk {
  constructor({ checkout }) {
    this.checkout = checkout;
    this.used = new Map();
    this.code = element("input", {
      autocomplete: "off",
      maxlength: "20",
      label: "coupon.code",
      hint: "coupon.code_hint",
      data: { testid: "coupon-code" },
    });
    this.result = element("p", { className: "side-result", role: "status" });
    this.result.dataset.testid = "coupon-result";
    this.result.hidden = true;
    this.fault = element("p", { className: "till-fault", role: "alert" });
    this.fault.hidden = true;
    this.node = element(
      "div",
      { className: "side-desk", data: { testid: "coupon-desk" } },
      element("p", { className: "side-note", say: "coupon.hint" }),
      element(
        "form",
        { className: "side-form", on: { submit: (event) => this.redeem(event) } },
        this.code,
        element("button", {
          type: "submit",
          className: "primary",
          say: "coupon.redeem",
          data: { testid: "coupon-redeem" },
        }),
        button({
          className: "small",
          say: "coupon.release",
          data: { testid: "coupon-release" },
          on: { click: () => this.release() },
        }),
      ),
      this.result,
      this.fault,
    );
  }

  redeem(event) {
    event.preventDefault();
    return this.act(async (code) => {
      const answer = await answered(stage.redeem(code, this.checkout.receiptNo));
      this.used.set(code, answer.receipt_no);
      // The basket that is paid next is the one the coupon was used for.
      this.checkout.receiptNo = answer.receipt_no;
      const isSpent = answer.answer.uses_left === 0;
      this.show(isSpent ? "coupon.redeemed" : "coupon.redeemed_once", answer.answer);
    });
  }

  release() {
    return this.act(async (code) => {
      const answer = await answered(stage.release(code, this.used.get(code)));
      this.show("coupon.released", answer.answer);
    });
  }

  async act(action) {
    const code = this.code.value.replace(/[^0-9A-Za-z]/g, "").toUpperCase();
    this.result.hidden = this.fault.hidden = true;
    if (!code) return;
    try {
      await action(code);
    } catch (error) {
      if (!(error instanceof StageFault)) throw error;
      this.fault.hidden = false;
      this.fault.textContent = error.message;
    }
  }

  show(key, { name, code, uses_left }) {
    this.result.hidden = false;
    resay(this.result, key, { name, code, left: uses_left });
  }
}
