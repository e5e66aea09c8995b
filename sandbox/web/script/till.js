/** The till (收银台): the member before it, three things to do at it, and the paper it prints. */

import { Checkout } from "./checkout.js";
import { CouponDesk } from "./coupon_desk.js";
import { button, element } from "./dom.js";
import { MemberStrip } from "./member_strip.js";
import { ReceiptDesk } from "./receipts.js";
import { TopUpDesk } from "./topup.js";

export class Till {
  constructor({ goods, till, topups }) {
    this.desk = new ReceiptDesk(till.store_label);
    this.member = new MemberStrip(() => this.checkout.takeMember());
    this.checkout = new Checkout({ goods, desk: this.desk, member: this.member });
    const others = { desk: this.desk, member: this.member, checkout: this.checkout };
    this.panels = new Map([
      ["sale", this.checkout],
      ["topup", new TopUpDesk(topups ?? [], others)],
      ["coupon", new CouponDesk(others)],
    ]);
    this.tabs = element("div", { className: "till-tabs", role: "group", label: "till.title" });
    this.counter = element(
      "div",
      { className: "counter" },
      this.tabs,
      this.member.node,
      ...Array.from(this.panels.values(), (panel) => panel.node),
    );
    this.checkout.counter = this.counter;
    this.node = element("div", { className: "till-desk" }, this.counter, this.desk.node);
    this.show("sale");
    this.desk.refresh();
  }

  show(shown) {
    for (const [name, panel] of this.panels) panel.node.hidden = name !== shown;
    this.tabs.replaceChildren(
      ...Array.from(this.panels.keys(), (name) =>
        button({
          className: "till-tab",
          say: `till.tab.${name}`,
          "aria-pressed": String(name === shown),
          data: { testid: `till-tab-${name}` },
          on: { click: () => this.show(name) },
        }),
      ),
    );
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
