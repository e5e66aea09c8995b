/** One phone (手机) of one person: the chat with an account, and what its screen can do. */

import { stage } from "./api.js";
import { showPage } from "./browser.js";
import { noticed } from "./cast.js";
import { showCard } from "./card.js";
import { Chat } from "./chat.js";
import { gist } from "./messages.js";
import { NOTICES } from "./notices.js";
import { MenuBar } from "./menu.js";
import { PhoneScreen } from "./phone_screen.js";
import { showSubscriptions } from "./subscriptions.js";
import { showScanned, showScanner, showScanning } from "./scanner.js";
import { did } from "./hints.js";
import { say } from "./i18n.js";
import { table } from "./table.js";
import { attempt, toast } from "./toast.js";

const MEMBER_CODE = /(?<!\d)66\d{16}(?!\d)/;
const CODE = /(?<!\d)\d{6}(?!\d)/;
const SMS_IS_NEWS_MILLISECONDS = 5 * 60 * 1000;
const CODE_PATIENCE_MILLISECONDS = 8000;
const SCAN_BUTTONS = ["scancode_waitmsg", "scancode_push"];

export class Phone {
  constructor(record, { onLost }) {
    this.id = record.id;
    this.name = record.name;
    this.number = record.number ?? "";
    this.avatar = record.avatar ?? "";
    this.openids = record.openids ?? {};
    this.following = { ...record.following };
    this.said = new Set();
    const taps = { piece: (piece) => this.tapPiece(piece), item: (item) => this.tapItem(item) };
    const on = {
      state: (state) => this.takeState(state),
      message: (message, { isNews }) => this.notice(message, isNews),
      sms: (sms) => this.hearSms(sms),
      notices: (count) => this.countNotices(count),
      lost: onLost,
    };
    this.chat = new Chat(this, { taps, on });
    this.menu = new MenuBar((leaf, path) => this.tapMenu(leaf, path));
    this.screen = new PhoneScreen(this, { log: this.chat.log, menu: this.menu.node });
    this.node = this.screen.node;
  }

  get isFollowing() {
    return Boolean(this.following[this.account.name]);
  }

  /** Opens the chat with this account; its first messages come by themselves. */
  show(account) {
    this.account = account;
    this.screen.close();
    this.screen.showAccount(account);
    this.screen.showState({ following: this.isFollowing, typing: false });
    this.chat.show(account);
    if (account !== NOTICES) this.loadMenu();
  }

  async loadMenu() {
    const { name } = this.account;
    const answer = await stage.menu(name).catch(() => null);
    if (name === this.account.name) this.menu.show(answer?.button ?? []);
  }

  takeState(state) {
    if (this.account === NOTICES) return;
    const wasFollowing = this.isFollowing;
    this.following[this.account.name] = state.following;
    this.screen.showState(state);
    if (!this.isFollowing || wasFollowing) return;
    if (this.account.kind !== "mini") did("follow");
    this.loadMenu();
  }

  notice(message, isNews) {
    if (isNews && message.from !== "member") noticed(this);
    if (message.from === "account") return this.seeCode(message);
    if (message.from !== "member" || message.kind !== "text") return;
    const words = gist(message);
    this.said.add(words);
    this.screen.hideSms(words);
    did("say", words);
  }

  /** The first count is what lay there before the page was opened. */
  countNotices(count) {
    const isNews = this.notices !== undefined && count > this.notices;
    this.notices = count;
    this.screen.showNotices(count, isNews && this.account !== NOTICES);
    if (isNews) noticed(this);
  }

  /** An older one is read already, and so is one whose code was sent. */
  hearSms(sms) {
    const age = new Date(table.now ?? sms.at) - new Date(sms.at);
    const code = CODE.exec(sms.text)?.[0];
    if (age > SMS_IS_NEWS_MILLISECONDS || this.said.has(code)) return;
    this.screen.showSms(sms.text, code);
    noticed(this);
  }

  /** The person asks for a member code and holds it out; null where none comes. */
  askForCode() {
    this.node.scrollIntoView({ block: "nearest", inline: "nearest", behavior: "smooth" });
    return new Promise((resolve) => {
      this.onCode = resolve;
      setTimeout(() => this.showCode(null), CODE_PATIENCE_MILLISECONDS);
      this.say("会员码").then((sent) => sent || this.showCode(null));
    });
  }

  seeCode(message) {
    const code = MEMBER_CODE.exec(gist(message))?.[0];
    if (code) this.showCode(code);
  }

  showCode(code) {
    this.onCode?.(code);
    this.onCode = null;
  }

  follow() {
    this.screen.close();
    return this.tell(() => stage.follow(this.id, this.account.name), { following: true });
  }

  unfollow() {
    this.screen.close();
    return this.tell(() => stage.unfollow(this.id, this.account.name), { following: false });
  }

  /** The button answers before the platform has told the shop: the chat shows the rest. */
  async tell(action, state) {
    const answer = await attempt(action);
    if (answer) this.takeState({ ...state, typing: false });
  }

  enter() {
    this.screen.close();
    return attempt(() => stage.enter(this.id, this.account.name));
  }

  say(text, menuId) {
    const message = { account: this.account.name, text };
    if (menuId) message.menu_id = menuId;
    return attempt(() => stage.text(this.id, message));
  }

  sendImage(base64) {
    return attempt(() =>
      stage.image(this.id, { account: this.account.name, image_base64: base64 }),
    );
  }

  sendLocation(place) {
    return attempt(() => stage.location(this.id, { account: this.account.name, ...place }));
  }

  shareNumber() {
    return attempt(() => stage.shareNumber(this.id, this.account.name));
  }

  async showSubscriptions() {
    const { account } = this;
    const answer = await attempt(() => stage.forms(this.id, account.name));
    if (!answer) return;
    const again = (act) => attempt(act).then((done) => done && this.showSubscriptions());
    showSubscriptions(this.screen.sheets, { account, ...answer }, {
      answer: (choice) => {
        if (choice.accepted.length) did("popup");
        return again(() => stage.subscribe(this.id, { account: account.name, ...choice }));
      },
      takeBack: (form) => again(() => stage.unsubscribe(this.id, account.name, form)),
      block: (isBlocked) => again(() => stage.block(this.id, account.name, isBlocked)),
    });
  }

  tapItem(item) {
    return this.say(item.content, item.id);
  }

  tapPiece(piece) {
    return piece.word ? this.say(piece.word, piece.menuId) : this.open(piece.url);
  }

  async tapMenu(leaf, path) {
    if (SCAN_BUTTONS.includes(leaf.type)) {
      return this.lookAround((code) => this.scanByMenu(leaf, code));
    }
    const answer = await attempt(() =>
      stage.tapMenu(this.id, { account: this.account.name, path }),
    );
    return answer && this.showResult(answer);
  }

  async open(url, form) {
    const page = await attempt(() =>
      stage.open(this.id, { account: this.account.name, url, form }),
    );
    if (page) this.showResult({ opened: page });
  }

  openScanner() {
    const cards = table.accounts.filter(
      ({ name, kind }) => kind !== "mini" && !this.following[name],
    );
    const pick = ({ account, content }) =>
      account ? this.followCard(account) : this.scan(content);
    return this.lookAround(pick, cards);
  }

  /** What there is to scan: receipts on the table, codes of the accounts, cards. */
  async lookAround(onPick, cards = []) {
    const answer = await stage.codes().catch(() => null);
    showScanner(this.screen.sheets, onPick, { cards, scenes: answer?.codes ?? [] });
  }

  followCard(account) {
    if (account !== this.account) this.show(account);
    return this.follow();
  }

  /** What the camera reads: an account, a page, or words. The platform tells which. */
  scan(content) {
    return this.read(() => stage.scan(this.id, { account: this.account.name, content }), content);
  }

  scanByMenu(leaf, code) {
    const { content } = code;
    const seen = { account: this.account.name, key: leaf.key, content };
    return this.read(() => stage.scanByMenu(this.id, seen), content);
  }

  async read(action, content) {
    showScanning(this.screen.sheets);
    const answer = await attempt(action);
    this.screen.close();
    if (!answer) return;
    if (table.codes.some((code) => code.content === content)) did("scan");
    else if (answer.scene) did("box_scan");
    this.showResult(answer);
  }

  /** Shows what an answer brought: a page, words, or the chat with the account that was scanned. */
  showResult({ opened, text, account, mini_program: mini }) {
    const scanned = table.accounts.find((each) => each.name === account);
    if (opened?.url.includes("/d/")) did("download");
    if (opened) showPage(this.screen.sheets, opened, (url, form) => this.open(url, form));
    else if (text) showScanned(this.screen.sheets, text, (words) => this.sendScanned(words));
    else if (mini) toast(say("scan.mini", { path: Object.values(mini).join(" ") }));
    else if (scanned && scanned !== this.account) this.show(scanned);
  }

  sendScanned(words) {
    this.screen.close();
    return this.say(words);
  }

  showCard() {
    if (this.account === NOTICES) return;
    const { account, isFollowing } = this;
    const facts = { account, isFollowing, openid: this.openids[account.name] };
    showCard(this.screen.sheets, facts, {
      follow: () => this.follow(),
      unfollow: () => this.unfollow(),
      enter: () => this.enter(),
      subscriptions: () => this.showSubscriptions(),
    });
  }
}
