/** A phone's screen (屏幕): its frame, title bar and foot, drawn from what the phone knows. */

import { avatar } from "./avatar.js";
import { composer } from "./composer.js";
import { button, element, resay } from "./dom.js";
import { icon } from "./icons.js";
import { NOTICES } from "./notices.js";
import { Sheets } from "./sheet.js";
import { table, watchTable } from "./table.js";

export class PhoneScreen {
  constructor(phone, { log, menu }) {
    this.phone = phone;
    this.title = element("h3", { className: "phone-title" });
    this.typing = element("small", { className: "typing", say: "chat.typing" });
    this.tabs = element("div", {
      className: "account-tabs",
      role: "group",
      label: "phone.accounts",
    });
    this.invitation = this.drawInvitation();
    this.composer = this.drawComposer();
    this.menu = menu;
    const screen = element(
      "div",
      { className: "screen" },
      this.drawBar(),
      this.tabs,
      log,
      this.invitation,
      this.composer.node,
      menu,
    );
    this.sheets = new Sheets(screen);
    this.node = this.drawPhone(screen);
    acceptDrops(this.node, phone);
    watchTable(() => this.drawTabs());
  }

  drawPhone(screen) {
    const { id, name } = this.phone;
    this.frame = element("div", { className: "phone-frame" }, screen, this.dropNote(name));
    const owner = element("h2", { className: "phone-owner" }, avatar(name, this.phone.avatar));
    owner.append(element("span", { say: "phone.name", facts: { name } }), this.drawNumber());
    return element(
      "section",
      {
        className: "phone",
        label: "phone.name",
        facts: { name },
        data: { testid: "phone", phone: id },
      },
      owner,
      this.frame,
    );
  }

  /** The person's own number: a tap puts it into the line. */
  drawNumber() {
    const { number } = this.phone;
    return button({
      className: "phone-number",
      text: number.replace(/^(...)(....)/, "$1 $2 "),
      label: "phone.number",
      title: "phone.number",
      data: { testid: "phone-number", number },
      on: { click: () => this.composer.fill(number) },
    });
  }

  /** A short message slides in over the chat; the code in it goes into the line by one tap. */
  showSms(text, code) {
    this.sms?.remove();
    this.smsCode = code;
    this.sms = element(
      "aside",
      { className: "sms", role: "status", label: "sms.title", data: { testid: "sms" } },
      element("strong", { say: "sms.title" }),
      button(
        {
          className: "icon-button",
          label: "sms.close",
          title: "sms.close",
          on: { click: () => this.sms.remove() },
        },
        icon("close"),
      ),
      element("p", { text }),
      code
        ? button({
            className: "sms-code",
            say: "sms.fill",
            facts: { code },
            data: { testid: "sms-code" },
            on: { click: () => this.takeCode(code) },
          })
        : null,
    );
    this.frame.append(this.sms);
  }

  hideSms(words) {
    if (words === this.smsCode) this.sms.remove();
  }

  takeCode(code) {
    this.sms.remove();
    this.composer.fill(code);
  }

  dropNote(name) {
    return element("p", { className: "drop-note", say: "scan.drop", facts: { name } });
  }

  drawBar() {
    const scan = button(
      {
        className: "icon-button with-word",
        data: { testid: "scan" },
        on: { click: () => this.phone.openScanner() },
      },
      icon("scan"),
      element("span", { say: "phone.scan" }),
    );
    const details = button(
      {
        className: "icon-button",
        label: "phone.details",
        title: "phone.details",
        data: { testid: "account-details" },
        on: { click: () => this.phone.showCard() },
      },
      icon("dots"),
    );
    const name = element("div", { className: "phone-name" }, this.title, this.typing);
    return element("header", { className: "phone-bar" }, scan, name, details);
  }

  /** Stands where the chat would be: follow the account first, or enter a mini-program's. */
  drawInvitation() {
    this.invitationFace = element("span", { className: "invitation-face" });
    this.invitationText = element("p");
    this.invitationHint = element("small", { say: "chat.follow_hint" });
    this.invitationButton = button({
      className: "primary wide",
      data: { testid: "follow" },
      on: { click: () => (this.isMini ? this.phone.enter() : this.phone.follow()) },
    });
    return element(
      "div",
      { className: "invitation" },
      this.invitationFace,
      this.invitationText,
      this.invitationHint,
      this.invitationButton,
    );
  }

  drawComposer() {
    return composer({
      text: (text) => this.phone.say(text),
      image: (base64) => this.phone.sendImage(base64),
      location: (place) => this.phone.sendLocation(place),
      number: () => this.phone.shareNumber(),
      subscriptions: () => this.phone.showSubscriptions(),
    });
  }

  drawTabs() {
    const accounts = this.noticeCount ? [...table.accounts, NOTICES] : table.accounts;
    this.tabs.hidden = accounts.length < 2;
    this.tabs.replaceChildren(...accounts.map((account) => this.tab(account)));
  }

  /** The tab 服务通知 is there from the first notice on; a dot tells of one not looked at. */
  showNotices(count, isNews) {
    if (count === this.noticeCount && !isNews) return;
    this.noticeCount = count;
    this.hasNotice = isNews || Boolean(this.hasNotice);
    this.drawTabs();
  }

  tab(account) {
    const isShown = account.name === this.phone.account?.name;
    const isNews = account === NOTICES && this.hasNotice;
    return button({
      ...(account === NOTICES ? { say: "chat.notices" } : { text: account.label }),
      className: isNews ? "has-news" : "",
      "aria-pressed": String(isShown),
      data: { testid: "account-tab", account: account.name },
      on: { click: () => this.phone.show(account) },
    });
  }

  showAccount(account) {
    const isNotices = account === NOTICES;
    this.node.classList.toggle("is-notices", isNotices);
    if (isNotices) return this.showNoticeChat();
    delete this.title.dataset.say;
    this.title.textContent = account.label;
    this.isMini = account.kind === "mini";
    this.node.classList.toggle("is-mini", this.isMini);
    this.invitationFace.replaceChildren(avatar(account.label));
    const text = this.isMini ? "chat.mini" : "chat.not_following";
    resay(this.invitationText, text, { account: account.label });
    resay(this.invitationButton, this.isMini ? "chat.enter" : "chat.follow");
    this.invitationHint.hidden = this.isMini;
    this.drawTabs();
  }

  showNoticeChat() {
    resay(this.title, "chat.notices");
    this.isMini = false;
    this.hasNotice = false;
    this.drawTabs();
  }

  showState({ following, typing }) {
    const canWrite = this.isMini || following;
    this.typing.hidden = !typing;
    this.invitation.hidden = following && !this.isMini;
    this.composer.node.hidden = !canWrite;
    this.node.classList.toggle("is-stranger", !canWrite);
  }

  close() {
    this.sheets.close();
  }
}

/** A receipt's code dragged onto the phone is scanned by it. */
function acceptDrops(node, phone) {
  let depth = 0;
  const hold = (by) => {
    depth = by === 0 ? 0 : depth + by;
    node.classList.toggle("is-target", depth > 0);
  };
  node.addEventListener("dragenter", () => hold(1));
  node.addEventListener("dragleave", () => hold(-1));
  node.addEventListener("dragover", (event) => event.preventDefault());
  node.addEventListener("drop", (event) => {
    event.preventDefault();
    hold(0);
    const content = event.dataTransfer.getData("text/plain").trim();
    if (content) phone.scan(content);
  });
}
