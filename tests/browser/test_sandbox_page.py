"""The first walk through the sandbox (沙盒), as a newcomer does it after `make run`."""

import re

from playwright.async_api import expect

from tests.browser.stage import Demo, Stage

LATTE_POINTS = 32


async def test_a_newcomer_joins_buys_a_latte_scans_and_reads_the_points(stage: Stage) -> None:
    wang = stage.phone("小王")
    await wang.join()
    before = await wang.points()
    await stage.ring_up("拿铁")
    await expect(stage.page.get_by_test_id("receipt-total")).to_have_text("¥32.00")
    await stage.scan_receipt("小王")
    await expect(wang.opened_page).to_contain_text(str(LATTE_POINTS))
    await stage.close_page(wang)
    await wang.expect_points({balance + LATTE_POINTS for balance in before | {0}})


async def test_a_receipt_claimed_by_one_is_kindly_refused_to_another(stage: Stage) -> None:
    first, second = await stage.new_phone("阿芳"), await stage.new_phone("老赵")
    await first.join()
    await second.join()
    before = await second.points()
    await stage.ring_up("拿铁")
    await stage.scan_receipt("阿芳")
    await expect(first.opened_page).to_contain_text(str(LATTE_POINTS))
    await stage.scan_receipt("老赵")
    await expect(second.opened_page).to_contain_text("已")
    await stage.close_page(second)
    assert await second.points() == before


async def test_a_dialogue_goes_on_after_the_server_restarts(stage: Stage, demo: Demo) -> None:
    phone = await stage.new_phone("林姐")
    await phone.follow()
    await phone.write("入会")
    await demo.restart_shuke()
    await phone.write("同意")
    await expect(phone.answers.first).to_contain_text(re.compile(r"8\d{7}"))


async def test_what_a_person_types_stays_text(stage: Stage) -> None:
    phone = await stage.new_phone("大刘")
    await phone.follow()
    await phone.write('<b>粗</b><a href="javascript:alert(1)">点</a>')
    await expect(phone.log).to_contain_text("<b>粗</b>")
    await expect(phone.log.locator("b")).to_have_count(0)
    await expect(phone.log.get_by_role("link", name="点", exact=True)).to_have_count(0)


async def test_the_page_speaks_english_and_remembers_it(stage: Stage) -> None:
    page = stage.page
    await expect(page.get_by_role("button", name="结账")).to_be_visible()
    await page.get_by_role("button", name="English").click()
    await expect(page.get_by_role("button", name="Check out")).to_be_visible()
    await expect(page.get_by_role("region", name="小王's phone")).to_be_visible()
    await page.reload()
    await expect(page.get_by_role("button", name="Check out")).to_be_visible()
    await page.get_by_role("button", name="中文").click()
    await expect(page.get_by_role("button", name="结账")).to_be_visible()
