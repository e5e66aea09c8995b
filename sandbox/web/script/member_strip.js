/** The member at the till (识别会员): reads a member code, shows a masked card and the coupons. */

import { stage } from "./api.js";
import { button, element, resay } from "./dom.js";
import { yuan } from "./format.js";
import { did } from "./hints.js";
import { knows, say } from "./i18n.js";
import { table, watchTable } from "./table.js";
import { answered } from "./till_talk.js";
import { attempt, toast } from "./toast.js";

const CODE = /^66\d{16}$/;

export class MemberStrip {
  /** `onChange` hears every change: another member, a coupon that is wanted or no longer. */
  constructor(onChange) {
    this.onChange = onChange;
    this.wanted = new Set();
    this.input = codeInput();
    this.input.addEventListener("input", () => this.takeTyped());
    this.read = button({
      className: "small",
      say: "member.identify",
      data: { testid: "identify" },
      on: { click: () => this.identify() },
    });
    this.phones = element("span", { className: "ask-codes" });
    this.field = element(
      "div",
      { className: "member-field" },
      element(
        "label",
        { className: "field" },
        element("span", { say: "till.member_code" }),
        this.input,
      ),
      this.read,
      element("p", { className: "ask-line" }, element("small", { say: "member.ask" }), this.phones),
    );
    this.card = element("div", { className: "member-card", data: { testid: "member-card" } });
    this.card.hidden = true;
    this.node = element("section", { className: "member-strip" }, this.field, this.card);
    watchTable(() => this.drawPhones());
  }

  get code() {
    return this.input.value.replace(/\s/g, "");
  }

  get coupons() {
    return [...this.wanted];
  }

  drawPhones() {
    if (this.phonesDrawn === table.phones.length) return;
    this.phonesDrawn = table.phones.length;
    this.phones.replaceChildren(
      ...table.phones.map((phone) =>
        button({
          className: "ask-code",
          text: phone.name,
          label: "member.ask_of",
          title: "member.ask_of",
          facts: { name: phone.name },
          data: { testid: "ask-code", phone: phone.id },
          on: { click: () => this.askForCode(phone) },
        }),
      ),
    );
  }

  /** The person shows the code on the phone, the till's camera reads it. */
  async askForCode(phone) {
    const code = await phone.askForCode();
    if (!code) return toast(say("member.no_code", { name: phone.name }));
    this.input.value = code;
    await this.identify();
  }

  takeTyped() {
    if (CODE.test(this.code)) this.identify();
    else if (this.known) this.forget({ keepCode: true });
  }

  async identify() {
    if (!this.code) return;
    const answer = await attempt(() => answered(stage.identify(this.code)));
    if (!answer) return;
    const isOther = this.known?.member_no !== answer.answer.member_no;
    this.known = answer.answer;
    if (isOther) this.wanted.clear();
    did("identify");
    this.draw();
    this.onChange();
  }

  /** The person has left the till. */
  forget({ keepCode = false } = {}) {
    this.known = null;
    this.wanted.clear();
    if (!keepCode) this.input.value = "";
    this.draw();
    this.onChange();
  }

  want(codes) {
    this.wanted = new Set(codes);
    this.draw();
  }

  toggle(code) {
    if (!this.wanted.delete(code)) this.wanted.add(code);
    this.draw();
    this.onChange();
  }

  draw() {
    this.field.hidden = Boolean(this.known);
    this.card.hidden = !this.known;
    if (this.known) this.card.replaceChildren(...this.cardParts(this.known));
  }

  cardParts(known) {
    const name = `${known.name_masked || ""} ${known.member_no}`.trim();
    const facts = {
      tier: say(knows(`tier.${known.tier}`) ? `tier.${known.tier}` : "tier.other", known),
      percent: known.discount_percent,
      points: known.points_balance,
      stored: yuan(known.stored_fen),
    };
    return [
      element(
        "p",
        { className: "member-head" },
        element("strong", { text: name, data: { testid: "member-name" } }),
        button({
          className: "plain",
          say: "member.leave",
          data: { testid: "member-leave" },
          on: { click: () => this.forget() },
        }),
      ),
      element("p", {
        className: "member-facts",
        say: known.discount_percent < 100 ? "member.facts_discount" : "member.facts",
        facts,
      }),
      known.coupons.length
        ? element(
            "ul",
            { className: "coupons", label: "member.coupons" },
            ...known.coupons.map((coupon) => this.couponChip(coupon)),
          )
        : element("small", { say: "member.no_coupons" }),
    ];
  }

  couponChip(coupon) {
    const isWanted = this.wanted.has(coupon.code);
    const chip = button(
      {
        className: isWanted ? "coupon is-wanted" : "coupon",
        disabled: !coupon.usable,
        "aria-pressed": String(isWanted),
        data: { testid: "coupon", code: coupon.code },
        on: { click: () => this.toggle(coupon.code) },
      },
      element("strong", { text: coupon.name }),
    );
    if (!coupon.usable) chip.append(reasonOf(coupon.reason));
    chip.title = coupon.code;
    return element("li", {}, chip);
  }

  nameOfCoupon(code) {
    return this.known?.coupons.find((coupon) => coupon.code === code)?.name ?? code;
  }
}

/** Why a coupon cannot be used, in words; `gapFen` is what the basket lacks. */
export function reasonOf(reason, gapFen = 0) {
  const key = gapFen ? "reason.gap" : `reason.${reason}`;
  const node = element("small");
  resay(node, knows(key) ? key : "reason.other", { gap: yuan(gapFen), reason });
  return node;
}

function codeInput() {
  return element("input", {
    inputmode: "numeric",
    autocomplete: "off",
    maxlength: "24",
    hint: "till.member_code_hint",
    data: { testid: "member-code" },
  });
}
