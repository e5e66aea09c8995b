/** The account's card (账号资料): who it is, whether this person follows it, and under which openid. */

import { avatar } from "./avatar.js";
import { button, element } from "./dom.js";

/** `on` has what the buttons may do: follow, unfollow, enter a mini-program's service, subscribe. */
export function showCard(sheets, { account, isFollowing, openid }, on) {
  sheets.open(
    { title: "card.title", closeLabel: "card.close", closeIcon: "back", className: "card" },
    element(
      "div",
      { className: "card-head" },
      avatar(account.label),
      element(
        "div",
        {},
        element("strong", { text: account.label }),
        element("small", { say: `card.${account.kind}` }),
      ),
    ),
    element(
      "dl",
      { className: "card-facts" },
      account.kind === "mini" ? null : fact("card.state", { say: stateKey(isFollowing) }),
      fact("card.openid", { text: openid ?? "–", className: "code-text" }),
    ),
    account.kind === "mini" ? enterButton(on) : followButton(isFollowing, on),
    button({
      className: "wide",
      say: "subscribe.title",
      data: { testid: "subscriptions" },
      on: { click: on.subscriptions },
    }),
  );
}

function stateKey(isFollowing) {
  return isFollowing ? "card.following" : "card.not_following";
}

function fact(name, value) {
  return element("div", {}, element("dt", { say: name }), element("dd", value));
}

function enterButton(on) {
  return button({ className: "wide primary", say: "chat.enter", on: { click: on.enter } });
}

function followButton(isFollowing, on) {
  return isFollowing
    ? button({ className: "wide danger", say: "card.unfollow", on: { click: on.unfollow } })
    : button({ className: "wide primary", say: "card.follow", on: { click: on.follow } });
}
