/** How money and moments are written: yuan with two decimals, days of the shop (Asia/Shanghai). */

const SHOP_ZONE = "Asia/Shanghai";
const LOCALES = { zh: "zh-CN", en: "en-GB" };

export function yuan(amountFen) {
  const fen = Math.abs(amountFen);
  const rest = String(fen % 100).padStart(2, "0");
  return `${amountFen < 0 ? "-" : ""}¥${Math.floor(fen / 100)}.${rest}`;
}

/** 2027-02-01 09:30, the same in both languages. */
export function minuteOf(at) {
  const parts = partsOf(at);
  return `${parts.year}-${parts.month}-${parts.day} ${parts.hour}:${parts.minute}`;
}

export function hourOf(at) {
  const parts = partsOf(at);
  return `${parts.hour}:${parts.minute}`;
}

/** What stands above a group of messages: the hour today, the day before it else. */
export function chatTime(at, now) {
  const day = minuteOf(at).slice(0, 10);
  if (day === minuteOf(now).slice(0, 10)) return hourOf(at);
  return day.slice(0, 4) === minuteOf(now).slice(0, 4) ? minuteOf(at).slice(5) : minuteOf(at);
}

export function weekday(at, language) {
  const style = { weekday: "short", timeZone: SHOP_ZONE };
  return new Intl.DateTimeFormat(LOCALES[language], style).format(new Date(at));
}

/** The running part of a receipt number: what tells two receipts on one table apart. */
export function shortNumber(receiptNumber) {
  return receiptNumber.split("-").at(-1);
}

/** The value a date-time field holds, read as the shop's local time. */
export function instantOfField(value) {
  return `${value.length === 16 ? `${value}:00` : value}+08:00`;
}

function partsOf(at) {
  const style = {
    timeZone: SHOP_ZONE,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
  };
  const parts = new Intl.DateTimeFormat("en-GB", style).formatToParts(new Date(at));
  return Object.fromEntries(parts.map((part) => [part.type, part.value]));
}
