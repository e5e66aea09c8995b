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
};

const NOTICES = ["template", "subscribe"];

/** The body of one message; `taps.piece` and `taps.item` hear what a person taps in it. */
export function messageBody(message, taps) {
  if (NOTICES.includes(message.via)) return notice(message, taps);
  const draw = DRAWINGS[message.kind] ?? unknownKind;
  return draw(message, taps);
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

function notice(message, taps) {
  const card = element(
    "div",
    { className: "notice" },
    element("h4", { say: "chat.notice" }),
    richText(message.text ?? "", taps.piece),
  );
  if (message.url) card.addEventListener("click", () => taps.piece({ url: message.url }));
  return card;
}

function miniProgramCard(message) {
  return element(
    "div",
    { className: "notice" },
    element("strong", { text: message.title ?? message.text ?? "" }),
    element("p", { className: "notice-foot", say: "chat.mini_card" }),
  );
}

function unknownKind(message) {
  const key = knows(`chat.${message.kind}`) ? `chat.${message.kind}` : "chat.unknown";
  return bubble(element("span", { say: key, facts: { kind: message.kind } }), gist(message));
}
