/** Refunds (退货): asks what of a receipt comes back: all of it, some goods, or an amount. */

import { stage } from "./api.js";
import { question } from "./dialog.js";
import { say } from "./i18n.js";
import { answered } from "./till_talk.js";
import { attempt } from "./toast.js";

/** Resolves to the refund's number, or null when nothing was given back. */
export async function refund(slip) {
  const wish = await question("refund.title", [...slip.lines.map(countField), amountField()]);
  if (!wish) return null;
  const answer = await attempt(() => answered(stage.refund(requestOf(slip, wish))));
  return answer?.receipt_no ?? null;
}

function countField(line, place) {
  return {
    name: `line${place}`,
    label: say("refund.line", { name: line.name, quantity: line.quantity }),
    type: "number",
    value: "0",
    min: "0",
    max: String(line.quantity),
    step: "1",
  };
}

function amountField() {
  return { name: "amount", say: "refund.amount", type: "number", value: "", optional: true };
}

/** Nothing named means everything that is left. */
function requestOf(slip, wish) {
  const amount = Math.round(Number(wish.amount) * 100);
  const lines = slip.lines
    .map((line, place) => ({ sku: line.sku, quantity: Number(wish[`line${place}`]) }))
    .filter(({ quantity }) => quantity > 0);
  if (amount > 0) return { receipt_no: slip.number, amount_fen: amount };
  return lines.length ? { receipt_no: slip.number, lines } : { receipt_no: slip.number };
}
