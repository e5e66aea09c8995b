/** The sandbox page (沙盒): lays out phones, till and clock, and keeps them in one language. */

import { stage } from "./api.js";
import { drawCast } from "./cast.js";
import { showNow, startClock } from "./clock.js";
import { question } from "./dialog.js";
import { drawHints } from "./hints.js";
import { say, switchLanguage, translate } from "./i18n.js";
import { icon } from "./icons.js";
import { startJournal } from "./journal.js";
import { startMonitor } from "./monitor.js";
import { Phone } from "./phone.js";
import { lay, table } from "./table.js";
import { Till, absentTill } from "./till.js";
import { attempt } from "./toast.js";

const RETRY_MILLISECONDS = 1500;

const lostPhones = new Set();

drawIcons();
drawHints();
drawCast();
startClock();
startJournal();
startMonitor();
translate();
document.getElementById("language").addEventListener("click", switchLanguage);
document.getElementById("add-phone").addEventListener("click", addPhone);
setTheStage(await stateOfTheStage());

/** The page may be open before the server is: it asks until there is an answer. */
async function stateOfTheStage() {
  for (;;) {
    const state = await stage.state().catch(() => null);
    showLost(state === null);
    if (state) return state;
    await new Promise((resolve) => setTimeout(resolve, RETRY_MILLISECONDS));
  }
}

function setTheStage(state) {
  lay({ accounts: state.accounts });
  showNow(state.now);
  for (const record of state.phones) putPhone(record);
  const till = state.till ? new Till(state).node : absentTill();
  document.getElementById("till-body").replaceChildren(till);
  document.getElementById("store").textContent = state.till?.store_label ?? "";
  document.body.dataset.ready = "yes";
}

function putPhone(record) {
  const phone = new Phone(record, { onLost: (isLost) => markLost(record.id, isLost) });
  document.getElementById("add-phone").before(phone.node);
  lay({ phones: [...table.phones, phone] });
  const [account] = table.accounts;
  if (account) phone.show(account);
  return phone;
}

async function addPhone() {
  const wish = await question("phone.add_question", [
    { name: "name", say: "phone.owner", value: freeName() },
  ]);
  if (!wish?.name) return;
  const record = await attempt(() => stage.addPhone(wish.name));
  if (!record) return;
  putPhone(record).node.scrollIntoView({ behavior: "smooth", inline: "end", block: "nearest" });
}

function freeName() {
  const taken = new Set(table.phones.map((phone) => phone.name));
  return (
    say("phone.suggestions")
      .split(" ")
      .find((name) => !taken.has(name)) ?? ""
  );
}

function markLost(phone, isLost) {
  if (isLost) lostPhones.add(phone);
  else lostPhones.delete(phone);
  showLost(lostPhones.size > 0);
}

function showLost(isLost) {
  document.getElementById("lost").hidden = !isLost;
}

function drawIcons() {
  for (const place of document.querySelectorAll("[data-icon]")) {
    place.prepend(icon(place.dataset.icon));
  }
}
