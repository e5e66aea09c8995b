/** Chat text (聊天文字): finds the links WeChat knows in a text that is otherwise shown as it is. */

import { element } from "./dom.js";

const ANCHOR = /<a\s+([^>]*)>([\s\S]*?)<\/a>/gi;
const HREF = /href\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/i;
const ADDRESS = /https?:\/\/[^\s<>"'，。；、！？（）《》“”]+/g;

/**
 * Turns a text into pieces: {text}, {text, url} or {text, word, menuId}. Links to anything but
 * http(s) pages and bizmsgmenu words lose their target and stay as text.
 */
export function piecesOf(text) {
  const pieces = [];
  let seen = 0;
  for (const anchor of text.matchAll(ANCHOR)) {
    pieces.push(...plainPieces(text.slice(seen, anchor.index)));
    pieces.push({ text: anchor[2], ...targetOf(hrefOf(anchor[1])) });
    seen = anchor.index + anchor[0].length;
  }
  return [...pieces, ...plainPieces(text.slice(seen))];
}

/** Draws the pieces; `onTap` gets the piece a person tapped. */
export function richText(text, onTap) {
  const nodes = piecesOf(text).map((piece) =>
    piece.url || piece.word
      ? element("a", {
          href: "#",
          className: "chat-link",
          text: piece.text,
          on: { click: tap(piece) },
        })
      : document.createTextNode(piece.text),
  );
  return element("div", { className: "words" }, ...nodes);

  function tap(piece) {
    return (event) => {
      event.preventDefault();
      onTap(piece);
    };
  }
}

function plainPieces(text) {
  const pieces = [];
  let seen = 0;
  for (const address of text.matchAll(ADDRESS)) {
    if (address.index > seen) pieces.push({ text: text.slice(seen, address.index) });
    pieces.push({ text: address[0], url: address[0] });
    seen = address.index + address[0].length;
  }
  if (seen < text.length) pieces.push({ text: text.slice(seen) });
  return pieces;
}

function hrefOf(attributes) {
  const found = HREF.exec(attributes);
  return (found?.[1] ?? found?.[2] ?? found?.[3] ?? "").replaceAll("&amp;", "&").trim();
}

function targetOf(href) {
  if (/^https?:\/\//i.test(href)) return { url: href };
  if (!/^weixin:\/\/bizmsgmenu\?/i.test(href)) return {};
  const word = parameter(href, "msgmenucontent");
  return word ? { word, menuId: parameter(href, "msgmenuid") } : {};
}

/** Shops write these links by hand, so an undecodable value is taken as it stands. */
function parameter(href, name) {
  const value = new RegExp(`[?&]${name}=([^&]*)`, "i").exec(href)?.[1] ?? "";
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
