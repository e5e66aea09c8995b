/** The stage (舞台): every call this page makes to the sandbox server, by its name. */

import { say } from "./i18n.js";

/** The server said no, or nothing at all (`status` 0); the message may be shown to a person. */
export class StageFault extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

const phonePath = (phone, verb) => `/stage/phones/${encodeURIComponent(phone)}/${verb}`;

const couponPath = (code, verb) => `/stage/till/coupons/${encodeURIComponent(code)}/${verb}`;
const numbered = (receipt) => (receipt ? { receipt_no: receipt } : {});

export const stage = {
  state: () => ask("/stage/state"),
  addPhone: (name) => tell("/stage/phones", { name }),

  chat: (phone, { signal, ...known }) =>
    ask(`${phonePath(phone, "chat")}?${new URLSearchParams(known)}`, signal),
  forms: (phone, account) => ask(`${phonePath(phone, "forms")}?${new URLSearchParams({ account })}`),
  subscribe: (phone, answer) => tell(phonePath(phone, "subscribe"), answer),
  unsubscribe: (phone, account, form) => tell(phonePath(phone, "unsubscribe"), { account, form }),
  block: (phone, account, blocked) => tell(phonePath(phone, "block"), { account, blocked }),
  follow: (phone, account) => tell(phonePath(phone, "follow"), { account }),
  unfollow: (phone, account) => tell(phonePath(phone, "unfollow"), { account }),
  enter: (phone, account) => tell(phonePath(phone, "enter"), { account }),
  text: (phone, message) => tell(phonePath(phone, "text"), message),
  image: (phone, message) => tell(phonePath(phone, "image"), message),
  location: (phone, message) => tell(phonePath(phone, "location"), message),
  shareNumber: (phone, account) => tell(phonePath(phone, "share-number"), { account }),
  tapMenu: (phone, tap) => tell(phonePath(phone, "menu"), tap),
  scan: (phone, code) => tell(phonePath(phone, "scan"), code),
  scanByMenu: (phone, code) => tell(phonePath(phone, "scan-menu"), code),
  open: (phone, page) => tell(phonePath(phone, "open"), page),
  codes: () => ask("/stage/codes"),
  menu: (account) => ask(`/stage/menu?${new URLSearchParams({ account })}`),

  purchase: (basket) => tell("/stage/till/purchases", basket),
  offlineReceipt: (basket) => tell("/stage/till/offline", basket),
  identify: (member_code) => tell("/stage/till/identify", { member_code }),
  quote: (basket) => tell("/stage/till/quotes", basket),
  hold: (wish) => tell("/stage/till/holds", wish),
  captureHold: (hold) => tell(`/stage/till/holds/${hold}/capture`, {}),
  voidHold: (hold) => tell(`/stage/till/holds/${hold}/void`, {}),
  refund: (wish) => tell("/stage/till/refunds", wish),
  topUp: (wish) => tell("/stage/till/topups", wish),
  redeem: (code, receipt) => tell(couponPath(code, "redeem"), numbered(receipt)),
  release: (code, receipt) => tell(couponPath(code, "release"), numbered(receipt)),
  upload: () => tell("/stage/till/upload", {}),
  receipts: () => ask("/stage/till/receipts"),

  clock: () => ask("/stage/clock"),
  moveClock: (step) => tell("/stage/clock", step),
  monitor: () => ask("/stage/monitor"),
  journal: (after) => ask(`/stage/journal?${new URLSearchParams({ after, limit: 200 })}`),
};

function ask(path, signal) {
  return request(path, { signal });
}

function tell(path, body) {
  const headers = { "Content-Type": "application/json" };
  return request(path, { method: "POST", headers, body: JSON.stringify(body) });
}

async function request(path, options) {
  let response;
  try {
    response = await fetch(path, { cache: "no-store", ...options });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new StageFault(say("fault.unreachable"), 0);
  }
  const answer = await response.json().catch(() => null);
  if (response.ok && answer !== null) return answer;
  throw new StageFault(faultText(answer, response.status), response.status);
}

function faultText(answer, status) {
  const fault = answer?.error?.message ?? answer?.error;
  return typeof fault === "string" ? fault : say("fault.unknown", { status });
}
