/** A sheet (浮层): a page that slides over the chat inside one phone; one at a time. */

import { button, element } from "./dom.js";
import { icon } from "./icons.js";

export class Sheets {
  constructor(screen) {
    this.screen = screen;
  }

  /** Shows `body` under a title bar and returns the sheet; Escape and the bar's button close it. */
  open({ title, titleText, closeLabel, closeIcon = "close", className }, ...body) {
    this.close();
    const heading =
      titleText === undefined ? element("h3", { say: title }) : element("h3", { text: titleText });
    const sheet = element(
      "section",
      {
        className: `sheet ${className}`,
        role: "dialog",
        tabindex: "-1",
        data: { testid: className },
      },
      element(
        "header",
        { className: "sheet-bar" },
        button(
          {
            className: "icon-button",
            label: closeLabel,
            title: closeLabel,
            on: { click: () => this.close() },
          },
          icon(closeIcon),
        ),
        heading,
      ),
      ...body,
    );
    sheet.setAttribute("aria-label", heading.textContent);
    sheet.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.close();
    });
    this.current = sheet;
    this.screen.append(sheet);
    sheet.focus({ preventScroll: true });
    return sheet;
  }

  close() {
    this.current?.remove();
    this.current = null;
  }
}
