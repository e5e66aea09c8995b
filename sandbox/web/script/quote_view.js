/** The quote (报价) on the till: how the price comes about, what is better, and what is missing. */

import { button, element } from "./dom.js";
import { yuan } from "./format.js";
import { reasonOf } from "./member_strip.js";

// An own coupon that could be used is offered above, and is no news here.
const NO_NEWS = ["not_asked"];

export class QuoteView {
  /** `onChoice(best)` takes an offer, `onChange()` hears points and stored value, `onPlain()` ends. */
  constructor({ nameOfCoupon, onChoice, onChange, onPlain }) {
    Object.assign(this, { nameOfCoupon, onChoice });
    this.body = element("div", { className: "quote-body", data: { testid: "quote-steps" } });
    this.points = element("input", {
      type: "number",
      min: "0",
      step: "100",
      data: { testid: "quote-points" },
    });
    this.points.addEventListener("change", onChange);
    this.stored = element("input", { type: "checkbox", data: { testid: "quote-stored" } });
    this.stored.addEventListener("change", onChange);
    this.wishLine = this.drawWishes();
    const plain = button({ className: "plain", say: "quote.plain", on: { click: onPlain } });
    plain.dataset.testid = "quote-plain";
    this.node = element(
      "section",
      { className: "quote", label: "quote.title", data: { testid: "quote-view" } },
      element("p", { className: "quote-head" }, element("h3", { say: "quote.title" }), plain),
      this.wishLine,
      this.body,
    );
    this.reset();
    this.show(null);
  }

  drawWishes() {
    this.pointsWord = element("span", { say: "quote.points" });
    this.storedWord = element("span", { say: "quote.stored" });
    return element(
      "p",
      { className: "quote-wishes" },
      element("label", { className: "wish" }, this.pointsWord, this.points),
      element("label", { className: "wish" }, this.stored, this.storedWord),
    );
  }

  wishes() {
    const wishes = { points: Math.max(0, Math.trunc(Number(this.points.value) || 0)) };
    if (this.stored.checked) wishes.stored_fen = this.storedFen;
    return wishes;
  }

  setPoints(points) {
    this.points.value = points ? String(points) : "";
  }

  showMember(known) {
    this.storedFen = known?.stored_fen ?? 0;
    this.wishLine.hidden = !known;
    this.stored.disabled = this.storedFen === 0;
    if (!known) this.reset();
  }

  reset() {
    this.setPoints(0);
    this.stored.checked = false;
    this.storedFen ??= 0;
    this.wishLine.hidden = true;
  }

  show(quote, { keepWishes = false } = {}) {
    this.node.hidden = !quote && !keepWishes;
    if (!quote) return this.body.replaceChildren();
    this.body.replaceChildren(
      ...this.priceRows(quote),
      ...this.offers(quote),
      ...this.leftOut(quote),
    );
    this.node.scrollIntoView({ block: "nearest" });
  }

  priceRows(quote) {
    const rows = [
      row({ say: "quote.total" }, quote.total_fen),
      ...quote.steps.map((step) => row({ text: step.label }, step.amount_fen, "quote-step")),
      row({ say: "quote.payable" }, quote.payable_fen, "quote-payable"),
    ];
    if (!quote.stored_fen) return rows;
    return [
      ...rows,
      row({ say: "quote.by_stored" }, quote.stored_fen),
      row({ say: "quote.rest" }, quote.rest_fen),
    ];
  }

  /** Offers that are better than what is chosen now; both, where points make the difference. */
  offers(quote) {
    const offers = [
      ["quote.best_without_points", quote.best_without_points],
      ["quote.best", quote.best],
    ];
    const better = offers.filter(
      ([, best], place) =>
        best.payable_fen < quote.payable_fen && !(place === 0 && quote.points > 0),
    );
    const seen = better.filter(
      ([, best], place) => place === 0 || best.payable_fen < better[0][1].payable_fen,
    );
    return seen.map(([key, best]) => this.offer(key, best));
  }

  offer(key, best) {
    const names = best.coupon_codes.map((code) => this.nameOfCoupon(code)).join(" + ");
    const points = best.points
      ? element("span", { say: "quote.with_points", facts: { points: best.points } })
      : null;
    return button(
      {
        className: "offer",
        data: { testid: key.replace("quote.", "offer-") },
        on: { click: () => this.onChoice(best) },
      },
      element("strong", { say: key, facts: { payable: yuan(best.payable_fen) } }),
      element("small", {}, element("span", { text: names }), points),
    );
  }

  leftOut(quote) {
    const news = quote.unused.filter(({ reason }) => !NO_NEWS.includes(reason));
    if (!news.length) return [];
    const items = news.map((each) =>
      element(
        "li",
        {},
        element("span", { text: each.name ?? this.nameOfCoupon(each.code) }),
        reasonOf(each.reason, each.gap_fen),
      ),
    );
    return [element("ul", { className: "left-out", data: { testid: "left-out" } }, ...items)];
  }
}

function row(words, amountFen, className = "") {
  return element(
    "p",
    { className: `quote-row ${className}` },
    element("span", words),
    element("span", { text: yuan(amountFen) }),
  );
}
