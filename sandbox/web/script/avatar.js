/** Faces (头像): a picture where there is one, else the first letter on a colour of its own. */

import { element } from "./dom.js";

const COLOURS = ["#5b8ff9", "#f6903d", "#61b89b", "#9270ca", "#e8684a", "#269a99", "#d9a520"];

export function avatar(name, picture = "") {
  if (/^(https?:|data:image\/|\/)/.test(picture)) {
    return element("img", { className: "avatar", src: picture, alt: "" });
  }
  const letter = isDrawing(picture)
    ? picture
    : Array.from(name)[name.length > 1 && isPerson(name) ? 1 : 0];
  const face = element("span", { className: "avatar", text: letter ?? "?", "aria-hidden": "true" });
  face.style.background = colourOf(name);
  return face;
}

/** Small names such as 小王 are told apart by their second character. */
function isPerson(name) {
  return /^[小老阿大]/.test(name);
}

function isDrawing(picture) {
  return picture.length > 0 && Array.from(picture).length <= 2;
}

function colourOf(name) {
  const sum = Array.from(name).reduce((total, letter) => total + letter.codePointAt(0), 0);
  return COLOURS[sum % COLOURS.length];
}
