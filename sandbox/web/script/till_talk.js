/** Talking to the till door (收银接口): an answer that is a refusal becomes words for the cashier. */

import { StageFault } from "./api.js";
import { say } from "./i18n.js";

const REFUSED_FROM = 400;

/** What the shop answered; a refusal is thrown with the shop's own words, its code behind them. */
export async function answered(call) {
  const answer = await call;
  if (answer.status >= REFUSED_FROM) throw refusal(answer);
  return answer;
}

function refusal({ answer, status }) {
  const fault = answer?.error ?? say("fault.unknown", { status });
  if (typeof fault === "string") return new StageFault(fault, status);
  const code = say("till.refused_code", { code: fault.code, status });
  return new StageFault(`${fault.message} · ${code}`, status);
}
