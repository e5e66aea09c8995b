/** The basket (购物篮): what has been rung up and not yet paid. Values only, no page. */

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
