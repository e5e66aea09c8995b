/** The input line of a phone (输入栏): writing, sending, and the panel of other things to send. */

import { button, element } from "./dom.js";
import { question } from "./dialog.js";
import { icon } from "./icons.js";
import { say } from "./i18n.js";

const CHUNXI_ROAD = { latitude: "30.6570", longitude: "104.0817" };

/**
 * `on` has text(text), image(base64), location(place), number(), subscriptions(): each may refuse by throwing.
 * The answer has the `node`, and `fill(text)` puts words into the line.
 */
export function composer(on) {
  const input = element("input", {
    className: "composer-input",
    enterkeyhint: "send",
    autocomplete: "off",
    maxlength: "2000",
    label: "chat.input",
    hint: "chat.input",
    data: { testid: "chat-input" },
  });
  const panel = panelOf(on);
  const more = button(
    { className: "icon-button", label: "chat.more", title: "chat.more", "aria-expanded": "false" },
    icon("round_plus"),
  );
  more.addEventListener("click", () => openPanel(panel.hidden));
  const send = element("button", {
    type: "submit",
    className: "primary send",
    say: "chat.send",
    data: { testid: "chat-send" },
  });
  const form = element("form", { className: "composer-line" }, input, more, send);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    openPanel(false);
    sendText(input, on.text);
  });
  return { node: element("div", { className: "composer" }, form, panel), fill };

  function fill(text) {
    input.value = text;
    input.focus({ preventScroll: true });
  }

  function openPanel(isOpen) {
    panel.hidden = !isOpen;
    more.setAttribute("aria-expanded", String(isOpen));
  }
}

/** The line is empty at once, and gets its text back when the sending failed. */
async function sendText(input, sendIt) {
  const text = input.value.trim();
  if (!text) return;
  input.value = "";
  const sent = await sendIt(text);
  if (!sent && !input.value) input.value = text;
}

function panelOf(on) {
  const file = element("input", {
    type: "file",
    accept: "image/png,image/jpeg,image/gif",
    hidden: true,
  });
  file.addEventListener("change", () => sendPicture(file, on.image));
  const panel = element(
    "div",
    { className: "panel" },
    panelButton("picture", "chat.image", () => file.click()),
    panelButton("pin", "chat.location", () => sendPlace(on.location)),
    panelButton("phone", "chat.share_number", () => on.number(), "share-number"),
    panelButton("bell", "subscribe.title", () => on.subscriptions(), "panel-subscribe"),
    file,
  );
  panel.hidden = true;
  return panel;
}

function panelButton(drawing, name, act, testid = "") {
  return button(
    { className: "panel-button", data: { testid }, on: { click: act } },
    icon(drawing),
    element("span", { say: name }),
  );
}

async function sendPicture(file, sendIt) {
  const [picture] = file.files;
  if (!picture) return;
  const bytes = new Uint8Array(await picture.arrayBuffer());
  const letters = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  file.value = "";
  await sendIt(btoa(letters));
}

async function sendPlace(sendIt) {
  const place = await question("chat.location_question", [
    { name: "label", say: "chat.location_place", value: say("chat.location_default") },
    {
      name: "latitude",
      say: "chat.location_latitude",
      type: "number",
      value: CHUNXI_ROAD.latitude,
    },
    {
      name: "longitude",
      say: "chat.location_longitude",
      type: "number",
      value: CHUNXI_ROAD.longitude,
    },
  ]);
  if (!place) return;
  const { label, latitude, longitude } = place;
  await sendIt({ label, latitude: Number(latitude), longitude: Number(longitude) });
}
