/** The clock (时钟): the business time of the whole shop, which can be moved forward. */

import { stage } from "./api.js";
import { resay } from "./dom.js";
import { instantOfField, minuteOf, weekday } from "./format.js";
import { onLanguage, say } from "./i18n.js";
import { lay, table } from "./table.js";
import { toast, toastFault } from "./toast.js";

const RESYNC_MILLISECONDS = 30_000;

const parts = (name) => document.getElementById(name);

let speaks = "zh";

/** Shows the time and hands it to everyone who writes times. */
export function showNow(now) {
  lay({ now });
  parts("clock-time").textContent = minuteOf(now);
  parts("clock-time").dateTime = now;
  parts("clock-weekday").textContent = weekday(now, speaks);
  const field = parts("clock-field");
  field.min = minuteOf(now).replace(" ", "T");
  if (!field.value) field.value = field.min;
}

export function startClock() {
  onLanguage((language) => {
    speaks = language;
    if (table.now) showNow(table.now);
  });
  for (const button of document.querySelectorAll("[data-advance]")) {
    button.addEventListener("click", () =>
      move({ advance_seconds: Number(button.dataset.advance) }),
    );
  }
  parts("clock-form").addEventListener("submit", (event) => {
    event.preventDefault();
    moveToField();
  });
  setInterval(resync, RESYNC_MILLISECONDS);
}

function moveToField() {
  const { value } = parts("clock-field");
  if (value) move({ now: instantOfField(value) });
  else toast(say("clock.pick"));
}

/** Everything due on the way happens before the server answers: a long way may take a while. */
async function move(step) {
  const stop = showProgress();
  try {
    const { now } = await stage.moveClock(step);
    parts("clock-field").value = "";
    showNow(now);
    toast(say("clock.arrived", { now: minuteOf(now) }));
  } catch (error) {
    toastFault(error);
  } finally {
    stop();
  }
}

function showProgress() {
  const started = performance.now();
  const tell = () => {
    const seconds = Math.round((performance.now() - started) / 1000);
    resay(parts("clock-progress-text"), "clock.running", { seconds });
  };
  const timer = setInterval(tell, 500);
  tell();
  setBusy(true);
  return () => {
    clearInterval(timer);
    setBusy(false);
  };
}

function setBusy(isBusy) {
  parts("clock-progress").hidden = !isBusy;
  for (const control of document.querySelectorAll("#clock button, #clock input")) {
    control.disabled = isBusy;
  }
}

async function resync() {
  if (document.hidden || !parts("clock-progress").hidden) return;
  const answer = await stage.clock().catch(() => null);
  if (answer?.now) showNow(answer.now);
}
