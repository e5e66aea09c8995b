/** WeChat's browser (微信浏览器): a page as this person sees it, without scripts of its own. */

import { element } from "./dom.js";
import { say } from "./i18n.js";

/** Shows an opened page {url, status, html, title}; `onLink(url, form)` hears a link or a form. */
export function showPage(sheets, page, onLink) {
  const body = page.html ? frame(page, onLink) : emptyPage(page);
  sheets.open(
    {
      titleText: page.title || say("browser.page"),
      closeLabel: "browser.close",
      className: "browser",
    },
    page.status >= 400
      ? element("p", {
          className: "browser-status",
          say: "browser.status",
          facts: { status: page.status },
        })
      : null,
    element("p", { className: "browser-address", text: page.url }),
    page.file
      ? element("p", {
          className: "browser-file",
          say: "browser.file",
          facts: { name: page.file },
          data: { testid: "downloaded" },
        })
      : null,
    body,
  );
}

/**
 * The frame runs no script. It shares our origin only so that a link or form can be opened the way
 * the phone opens links: by the sandbox, with this person's cookies.
 */
function frame(page, onLink) {
  const node = element("iframe", {
    sandbox: "allow-same-origin allow-forms",
    "aria-label": page.title || page.url,
  });
  node.title = page.title || page.url;
  node.srcdoc = `<base href="${escaped(page.url)}">${page.html}`;
  // A page that moved the frame elsewhere is out of our reach, and stays what it is.
  node.addEventListener("load", () => node.contentDocument && listen(node.contentDocument, onLink));
  return node;
}

function listen(page, onLink) {
  page.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    if (!link) return;
    event.preventDefault();
    if (/^https?:$/.test(link.protocol)) onLink(link.href);
  });
  page.addEventListener("submit", (event) => {
    event.preventDefault();
    submit(event.target, event.submitter, onLink);
  });
}

function submit(form, submitter, onLink) {
  const view = form.ownerDocument.defaultView;
  const fields = Object.fromEntries(new view.FormData(form, submitter ?? undefined));
  if (form.method === "post") return onLink(form.action, fields);
  const url = new URL(form.action);
  url.search = new URLSearchParams(fields);
  return onLink(url.href);
}

function emptyPage(page) {
  const key = page.blocked ? "browser.blocked" : "browser.empty";
  return element("p", { className: "browser-empty", say: key });
}

function escaped(url) {
  return url.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
}
