/** The custom menu (自定义菜单): the account's buttons under the chat. */

import { button, element } from "./dom.js";
import { icon } from "./icons.js";

/** Draws up to three buttons; `onTap(leaf, path)` hears the leaf and where it stands. */
export class MenuBar {
  constructor(onTap) {
    this.onTap = onTap;
    this.node = element("nav", {
      className: "menu-bar",
      label: "chat.menu",
      data: { testid: "menu-bar" },
    });
    this.node.hidden = true;
    document.addEventListener("click", (event) => {
      if (!this.node.contains(event.target)) this.fold();
    });
  }

  show(buttons) {
    this.node.hidden = buttons.length === 0;
    this.node.replaceChildren(...buttons.map((each, index) => this.top(each, index)));
  }

  top(each, index) {
    const leaves = each.sub_button ?? [];
    if (!leaves.length) {
      const tap = () => this.tap(each, [index]);
      return element(
        "div",
        { className: "menu-top" },
        button({ text: each.name, on: { click: tap } }),
      );
    }
    const list = element(
      "div",
      { className: "menu-list" },
      ...leaves.map((leaf, at) => this.leaf(leaf, [index, at])),
    );
    list.hidden = true;
    const opener = button(
      { "aria-expanded": "false", on: { click: () => this.unfold(opener, list) } },
      icon("lines"),
      element("span", { text: each.name }),
    );
    return element("div", { className: "menu-top" }, opener, list);
  }

  leaf(leaf, path) {
    return button({ text: leaf.name, on: { click: () => this.tap(leaf, path) } });
  }

  tap(leaf, path) {
    this.fold();
    this.onTap(leaf, path);
  }

  unfold(opener, list) {
    const opens = list.hidden;
    this.fold();
    list.hidden = !opens;
    opener.setAttribute("aria-expanded", String(opens));
  }

  fold() {
    for (const list of this.node.querySelectorAll(".menu-list")) list.hidden = true;
    for (const opener of this.node.querySelectorAll("[aria-expanded]")) {
      opener.setAttribute("aria-expanded", "false");
    }
  }
}
