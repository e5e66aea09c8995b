/** Short news (轻提示) at the foot of the page: what was done, or why not. */

import { element } from "./dom.js";

const SHOWN_MILLISECONDS = 4000;

export function toast(text) {
  show(text, "toast");
}

export function toastFault(error) {
  show(error.message, "toast toast-fault");
}

/** Runs what a person asked for; a refusal becomes a toast and the answer is then null. */
export async function attempt(action) {
  try {
    return await action();
  } catch (error) {
    toastFault(error);
    return null;
  }
}

function show(text, className) {
  const note = element("p", { className, text });
  document.getElementById("toasts").append(note);
  setTimeout(() => note.remove(), SHOWN_MILLISECONDS);
}
