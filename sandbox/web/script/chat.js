/** The chat (聊天): follows what one person and one account said, and draws it as it comes. */

import { stage } from "./api.js";
import { avatar } from "./avatar.js";
import { element } from "./dom.js";
import { chatTime, minuteOf } from "./format.js";
import { messageBody, tip } from "./messages.js";
import { table } from "./table.js";

const LONG_POLL_SECONDS = 20;
const PAUSE_MILLISECONDS = 1000;
const TYPING_POLL_SECONDS = 2;
// A browser opens six connections to one server; the phones may not take them all.
const LONG_POLLING_PHONES = 4;
const GAP_SHOWN_MILLISECONDS = 5 * 60 * 1000;

export class Chat {
  /**
   * `on.state` hears {following, typing}, `on.message` each message and whether it came just now,
   * `on.sms` each new SMS, `on.notices` how many service notices the phone has, `on.lost` a dead
   * line.
   */
  constructor(phone, { taps, on }) {
    this.phone = phone;
    this.taps = taps;
    this.on = on;
    this.sms = 0;
    this.notices = 0;
    this.log = element("ol", {
      className: "log",
      role: "log",
      label: "chat.log",
      tabindex: "0",
      data: { testid: "chat-log" },
    });
  }

  /** Leaves the chat shown before and follows this one until the next call. */
  show(account) {
    this.following?.abort();
    this.following = new AbortController();
    this.account = account;
    this.clear();
    this.follow(this.following.signal);
  }

  clear() {
    this.log.replaceChildren();
    this.after = 0;
    this.lastAt = null;
    this.isUpToDate = false;
  }

  async follow(signal) {
    let wait = 0;
    while (!signal.aborted) {
      await shownPage();
      try {
        const asked = performance.now();
        const answer = await this.ask(wait, signal);
        if (signal.aborted) return;
        this.take(answer);
        wait = waitAfter(answer, table.phones.indexOf(this.phone));
        if (performance.now() - asked < PAUSE_MILLISECONDS && !answer.messages.length) {
          await pause(signal);
        }
      } catch {
        if (signal.aborted) return;
        wait = 0;
        await this.lose(signal);
      }
    }
  }

  ask(wait, signal) {
    return stage.chat(this.phone.id, {
      account: this.account.name,
      after: this.after,
      sms: this.sms,
      notices: this.notices,
      wait,
      signal,
    });
  }

  take(answer) {
    if (this.lost) this.clearAfterLoss();
    for (const message of answer.messages) this.append(message);
    this.isUpToDate = true;
    this.takeSms(answer.sms);
    this.notices = answer.notices;
    this.on.notices(answer.notices);
    this.on.state({ following: answer.following, typing: Boolean(answer.typing) });
  }

  takeSms(sms) {
    if (!sms || sms.n === this.sms) return;
    this.sms = sms.n;
    this.on.sms(sms);
  }

  /** A server that was away may count its messages anew: the next answer starts from nothing. */
  async lose(signal) {
    this.lost = true;
    this.after = 0;
    this.sms = 0;
    this.on.lost(true);
    await pause(signal);
  }

  clearAfterLoss() {
    this.lost = false;
    this.clear();
    this.on.lost(false);
  }

  append(message) {
    if (message.n <= this.after) return;
    this.after = message.n;
    const wasAtEnd = this.isAtEnd();
    this.appendTime(message.at);
    this.log.append(this.row(message));
    if (wasAtEnd || message.from === "member") this.scrollToEnd();
    this.on.message(message, { isNews: this.isUpToDate });
  }

  appendTime(at) {
    const gap = this.lastAt ? new Date(at) - new Date(this.lastAt) : Infinity;
    this.lastAt = at;
    if (gap < GAP_SHOWN_MILLISECONDS) return;
    const text = chatTime(at, table.now ?? at);
    this.log.append(
      element(
        "li",
        { className: "time", role: "presentation" },
        element("time", { text, datetime: at }),
      ),
    );
  }

  row(message) {
    const data = {
      testid: "message",
      from: message.from,
      kind: message.kind,
      via: message.via ?? "",
    };
    if (message.kind === "tip" || message.from === "system") {
      return element("li", { className: "from-system", data }, tip(message, this.taps));
    }
    const body = messageBody(message, this.taps);
    for (const picture of body.querySelectorAll?.("img") ?? []) this.keepEnd(picture);
    if (body.tagName === "IMG") this.keepEnd(body);
    const time = minuteOf(message.at);
    const item = element(
      "li",
      { className: `from-${message.from}`, data },
      this.face(message),
      body,
    );
    item.title = time;
    return item;
  }

  face(message) {
    return message.from === "member"
      ? avatar(this.phone.name, this.phone.avatar)
      : avatar(message.label ?? this.account.label);
  }

  keepEnd(picture) {
    picture.addEventListener("load", () => this.scrollToEnd(), { once: true });
  }

  isAtEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.log;
    return scrollHeight - scrollTop - clientHeight < 80;
  }

  scrollToEnd() {
    this.log.scrollTop = this.log.scrollHeight;
  }
}

function waitAfter(answer, place) {
  if (answer.typing) return TYPING_POLL_SECONDS;
  return place < LONG_POLLING_PHONES ? LONG_POLL_SECONDS : 0;
}

/** Resolves at once on a page that is looked at, else when it is looked at again. */
function shownPage() {
  if (!document.hidden) return Promise.resolve();
  return new Promise((resolve) => {
    document.addEventListener("visibilitychange", resolve, { once: true });
  });
}

function pause(signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, PAUSE_MILLISECONDS);
    signal.addEventListener("abort", () => [clearTimeout(timer), resolve()], { once: true });
  });
}
