/** The goods (商品): a tile for each thing the till can ring up. */

import { button, element } from "./dom.js";
import { yuan } from "./format.js";

export class GoodsShelf {
  /** `onPick(goods)` hears a tapped tile. */
  constructor(goods, onPick) {
    this.tiles = new Map(goods.map((each) => [each, tile(each, onPick)]));
    this.node = goods.length
      ? element("div", { className: "goods", role: "group", label: "till.goods" })
      : element("p", { className: "empty", say: "till.no_goods" });
    this.node.append(...this.tiles.values());
  }

  /** Marks on every tile how many of it lie in the basket. */
  count(basket) {
    for (const [goods, node] of this.tiles) {
      const quantity = basket.quantityOf(goods);
      node.classList.toggle("is-picked", quantity > 0);
      node.querySelector(".tile-count").textContent = quantity || "";
    }
  }
}

function tile(goods, onPick) {
  const price = yuan(goods.amount_fen);
  return button(
    {
      className: "tile",
      label: "till.add",
      facts: { name: goods.name, price },
      data: { testid: "goods", sku: goods.sku },
      on: { click: () => onPick(goods) },
    },
    element("strong", { text: goods.name }),
    element("span", { className: "price", text: price }),
    element("b", { className: "tile-count", "aria-hidden": "true" }),
  );
}
