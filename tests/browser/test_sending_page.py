"""What members see of sends nobody asked for, and what the monitor tells of them."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import expect

from sandbox.config import PlatformRules, SandboxConfig
from sandbox.keys import WORLD
from tests.browser.chromium import chromium
from tests.browser.stage import Phone, Stage
from tests.sandbox.fake_shop import FakeShop
from tests.sandbox.forms import ACTIVITY, ACTIVITY_AT_MINI, activity, template
from tests.sandbox.rig import MAIN, MINI, Rig, Rigging

QUICK = PlatformRules(outcome_seconds=0.01, mass_seconds=0.01)


@dataclass(slots=True)
class Show:
    """A sandbox without a shop, its page, and the platform's API in our own hands."""

    rig: Rig
    mini: Rig
    stage: Stage

    @property
    def wang(self) -> Phone:
        return self.stage.phone("小王")

    async def tab(self, name: str) -> None:
        await self.wang.node.get_by_role("button", name=name).first.click()

    async def mass(self, **branch: Any) -> None:
        world = self.rig.world
        openids = [world.contact(MAIN, phone).openid for phone in ("p1", "p2")]
        (kind,) = branch
        body = {"touser": openids, "msgtype": kind, **branch}
        assert (await self.rig.call("/cgi-bin/message/mass/send", body))["errcode"] == 0


@pytest.fixture
async def show(tmp_path: Path) -> AsyncIterator[Show]:
    rigging = Rigging(tmp_path)
    mini = replace(MINI, label="山茶小程序")
    config = SandboxConfig(accounts=(MAIN, mini), platform=QUICK)
    client, app = await rigging.sandbox_of(config)
    of_main, of_mini = (Rig(client, app[WORLD], FakeShop(each)) for each in config.accounts)
    async with chromium() as browser:
        page = await browser.new_page(viewport={"width": 1280, "height": 800}, locale="zh-CN")
        stage = Stage(page)
        await stage.open(str(client.make_url("/")))
        yield Show(of_main, of_mini, stage)
    await rigging.stop()


async def test_a_template_is_a_card_in_the_chat_of_a_follower(show: Show) -> None:
    await show.rig.act("follow")
    await show.rig.call("/cgi-bin/message/template/send", template(show.rig, url="http://x.test/"))
    card = show.wang.log.get_by_test_id("form-card")
    await expect(card).to_contain_text("积分到期提醒")
    await expect(card).to_contain_text("到期积分120到期日期2027-03-01")
    await expect(card.get_by_role("button", name="查看详情")).to_be_visible()


async def test_a_mini_programs_message_lies_under_service_notices(show: Show) -> None:
    await show.mini.act("subscribe", accepted=[ACTIVITY_AT_MINI])
    body = activity(show.mini, ACTIVITY_AT_MINI, page="pages/activity")
    tab = show.wang.node.get_by_role("button", name="服务通知")
    await expect(tab).to_be_hidden()
    assert (await show.mini.call("/cgi-bin/message/subscribe/send", body))["errcode"] == 0
    await expect(tab).to_have_class("has-news")
    await tab.click()
    await expect(show.wang.log.get_by_test_id("form-card")).to_contain_text("山茶小程序")
    await expect(show.wang.node.get_by_role("textbox", name="发消息")).to_be_hidden()
    await show.tab("山茶咖啡")
    await expect(tab).not_to_have_class("has-news")


async def test_a_person_allows_refuses_and_takes_back(show: Show) -> None:
    await show.wang.node.get_by_test_id("account-details").click()
    await show.wang.node.get_by_test_id("subscriptions").click()
    sheet = show.wang.node.get_by_role("dialog")
    await sheet.get_by_label("活动开始提醒").check()
    await sheet.get_by_label("积分到期提醒").uncheck()
    await sheet.get_by_test_id("subscribe-accept").click()
    await expect(sheet.get_by_test_id("subscribe-left")).to_have_count(2)
    assert show.rig.world.contact(MAIN, "p1").subscriptions[ACTIVITY] == 1
    await sheet.get_by_role("button", name="取消订阅").first.click()
    await expect(sheet.get_by_test_id("subscribe-left")).to_have_count(1)
    await sheet.get_by_test_id("receives").uncheck()
    await expect(sheet.get_by_test_id("receives")).not_to_be_checked()
    assert show.rig.world.contact(MAIN, "p1").blocks_messages


async def test_a_mass_message_is_marked(show: Show) -> None:
    for phone in ("p1", "p2"):
        await show.rig.tell(f"phones/{phone}/follow?settled=1", account="main")
    await show.mass(text={"content": "周年庆，全场八折"})
    shown = show.wang.log.locator("[data-via=mass]")
    await expect(shown).to_contain_text("周年庆，全场八折群发")


async def test_the_monitor_tells_sends_quotas_and_people(show: Show) -> None:
    await show.rig.act("follow")
    await show.rig.call("/cgi-bin/message/template/send", template(show.rig))
    await show.rig.tell("quotas", account="main", path="/cgi-bin/message/custom/send", daily=0)
    page = show.stage.page
    await page.get_by_test_id("open-monitor").click()
    account = page.get_by_test_id("monitor-account").first
    await expect(account).to_contain_text("模板消息message/template/send1")
    await expect(account).to_contain_text("剩 99999 / 100000")
    await expect(account).to_contain_text("剩 0 / 0")
    await expect(account).to_contain_text("刚关注：还能发 3 条")
    await page.keyboard.press("Escape")
    await expect(page.get_by_test_id("monitor")).to_be_hidden()
