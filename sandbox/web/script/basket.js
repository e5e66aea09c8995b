/** The basket (购物篮): what has been rung up and not yet paid, and its lines on the till. */

import { button, element } from "./dom.js";
import { yuan } from "./format.js";

export class Basket {
  constructor() {
    this.quantities = new Map();
  }

  get isEmpty() {
    return this.quantities.size === 0;
  }

  add(goods, quantity = 1) {
    const next = this.quantityOf(goods) + quantity;
    if (next > 0) this.quantities.set(goods, next);
    else this.quantities.delete(goods);
  }

  quantityOf(goods) {
    return this.quantities.get(goods) ?? 0;
  }

  clear() {
    this.quantities.clear();
  }

  lines() {
    return Array.from(this.quantities, ([goods, quantity]) => ({ goods, quantity }));
  }

  totalFen() {
    return this.lines().reduce((sum, line) => sum + line.goods.amount_fen * line.quantity, 0);
  }

  /** What the server is told: it knows names and prices itself. */
  asRequest() {
    return this.lines().map(({ goods, quantity }) => ({ sku: goods.sku, quantity }));
  }
}

/** The lines as rows; `onChange(goods, by)` hears one more or one fewer. */
export function basketRows(basket, onChange) {
  if (basket.isEmpty) return [element("li", { className: "empty", say: "till.empty" })];
  return basket.lines().map((line) => row(line, onChange));
}

function row({ goods, quantity }, onChange) {
  return element(
    "li",
    { className: "basket-line" },
    element("span", { className: "line-name", text: goods.name }),
    step("−", "till.fewer", goods, () => onChange(goods, -1)),
    element("b", { text: quantity }),
    step("+", "till.more", goods, () => onChange(goods, 1)),
    element("span", { className: "line-sum", text: yuan(goods.amount_fen * quantity) }),
  );
}

function step(text, label, goods, act) {
  return button({
    className: "step",
    text,
    label,
    facts: { name: goods.name },
    on: { click: act },
  });
}
