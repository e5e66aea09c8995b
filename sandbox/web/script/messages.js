/** Chat messages (消息): one drawing for each kind of message that can stand in a chat. */

import { button, element } from "./dom.js";
import { icon } from "./icons.js";
import { knows } from "./i18n.js";
import { piecesOf, richText } from "./richtext.js";

const DRAWINGS = {
  text: (message, taps) => bubble(richText(message.text ?? "", taps.piece)),
  menu: menuMessage,
  image: imageMessage,
  news: newsMessage,
  voice: (message) => bubble(labelled("voice", "chat.voice", message.text)),
  video: (message) => bubble(labelled("video", "chat.video", message.text)),
  location: (message) => bubble(labelled("pin", "chat.location", message.text ?? message.label)),
  miniprogrampage: miniProgramCard,
  form: formCard,
};

// Sent to many, or to one who looks at it first: a mark under it says so.
const MARKS = { mass: "chat.mass", preview: "chat.preview" };

/** The body of one message; `taps.piece` and `taps.item` hear what a person taps in it. */
export function messageBody(message, taps) {
  const draw = DRAWINGS[message.kind] ?? unknownKind;
  const body = draw(message, taps);
  const mark = MARKS[message.via];
  if (!mark) return body;
  return element("div", { className: "marked" }, body, element("small", { say: mark }));
}

/** A tip of the system stands between the messages and belongs to nobody. */
export function tip(message, taps) {
  return element("p", { className: "tip" }, richText(message.text ?? "", taps.piece));
}

/** A short plain text of a message, for the list of a screen reader. */
export function gist(message) {
  return piecesOf(message.text ?? "")
    .map((piece) => piece.text)
    .join("");
}

function bubble(...children) {
  return element("div", { className: "bubble" }, ...children);
}

function labelled(drawing, name, text) {
  const words = text ? element("span", { text }) : element("span", { say: name });
  return element("span", { className: "labelled" }, icon(drawing), words);
}

function menuMessage(message, taps) {
  const items = (message.items ?? []).map((item) =>
    button({ className: "menu-item", text: item.content, on: { click: () => taps.item(item) } }),
  );
  return bubble(
    message.text ? richText(message.text, taps.piece) : null,
    element("div", { className: "menu-items" }, ...items),
    message.tail ? richText(message.tail, taps.piece) : null,
  );
}

function imageMessage(message) {
  return element("img", {
    className: "picture",
    src: message.image_url,
    alt: "",
    label: "chat.picture",
  });
}

function newsMessage(message, taps) {
  const [first, ...others] = message.articles ?? [];
  if (!first) return unknownKind(message);
  return element(
    "div",
    { className: "news" },
    article(first, "news-first", taps),
    ...others.map((each) => article(each, "news-other", taps)),
  );
}

function article(each, className, taps) {
  const picture = each.image_url
    ? element("img", { src: each.image_url, alt: "" })
    : element("span", { className: "news-blank" });
  return button(
    { className, on: { click: () => each.url && taps.piece({ text: each.title, url: each.url }) } },
    picture,
    element("strong", { text: each.title }),
    each.description
      ? element("span", { className: "news-description", text: each.description })
      : null,
  );
}

/** A form the platform approves: its title, what each key says, and where it leads. */
function formCard(message, taps) {
  return element(
    "div",
    { className: "form-card", data: { testid: "form-card" } },
    message.label ? element("span", { className: "form-from", text: message.label }) : null,
    element("h4", { text: message.title }),
    message.text ? element("p", { className: "words", text: message.text }) : null,
    message.fields ? element("dl", {}, ...message.fields.flatMap(field)) : null,
    formFoot(message, taps),
  );
}

function field({ label, value }) {
  return [element("dt", { text: label }), element("dd", { text: value })];
}

/** A mini-program before a page, as in WeChat; the sandbox has no mini-program to open. */
function formFoot({ url, page, mini_program: mini }, taps) {
  if (mini || page) return element("p", { className: "form-foot", say: "chat.form_mini" });
  if (!url) return null;
  return button({
    className: "form-foot",
    say: "chat.form_more",
    on: { click: () => taps.piece({ url }) },
  });
}

function miniProgramCard(message) {
  return element(
    "div",
    { className: "mini-card" },
    element("strong", { text: message.title ?? message.text ?? "" }),
    message.image_url ? element("img", { src: message.image_url, alt: "" }) : null,
    element("p", { say: "chat.mini_card" }),
  );
}

function unknownKind(message) {
  const key = knows(`chat.${message.kind}`) ? `chat.${message.kind}` : "chat.unknown";
  return bubble(element("span", { say: key, facts: { kind: message.kind } }), gist(message));
}
