"""The feedback loop (反馈闭环): filed, answered, rated and followed up, by hand on three phones."""

import base64

from playwright.async_api import expect

from tests.browser.conftest import RunningDemo
from tests.browser.stage import Phone, Stage

PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
NUMBER = r"工单号 (\d+)"


async def _manager(stage: Stage, demo: RunningDemo) -> Phone:
    manager = stage.phone("店长林姐")
    await manager.follow()
    await manager.told(f"绑定 {demo.invite('manager', 'cd01')}", "春熙路店 店长")
    return manager


async def _confirm(phone: Phone, word: str, pattern: str) -> None:
    code = await phone.told(word, r"确认 ([0-9A-Z]{6})")
    await phone.told(f"确认 {code}", pattern)


async def test_feedback_with_a_picture_is_filed_answered_rated_and_followed_up(
    stage: Stage, demo: RunningDemo
) -> None:
    wang, li, manager = stage.phone("小王"), stage.phone("小李"), await _manager(stage, demo)
    await wang.join()
    await li.join()
    await wang.write("反馈")
    cold = await wang.told("春熙路店的空调太冷了", NUMBER)
    await wang.send_picture(PICTURE)
    await expect(wang.answers.first).to_contain_text(f"图片已加到工单 {cold}")
    slow = await li.told("投诉 春熙路店排队太久", NUMBER)

    await expect(manager.log).to_contain_text(f"新工单 {slow}")
    await manager.told("工单", f"工单 {cold}")
    await manager.told(f"工单 {cold}", "空调太冷了")
    await manager.tap(f"接单 {cold}")
    await manager.write(f"看图 {cold}")
    await expect(manager.log.get_by_role("img", name="图片消息")).to_be_visible()
    await manager.told(f"追问 {cold} 您坐在哪里？", "已追问")
    await expect(wang.log).to_contain_text("您坐在哪里？")
    await wang.tap(f"补充 {cold}")
    await wang.told("靠窗", f"已补充到工单 {cold}")
    await manager.told(f"办结 {cold} 靠窗的风口关小了", "已办结")
    await expect(wang.log).to_contain_text("靠窗的风口关小了")
    await wang.tap(f"评价 {cold} 5")
    await expect(wang.answers.first).to_contain_text("谢谢你的评价：5 分")

    await manager.told(f"办结 {slow}", "已办结")
    await expect(li.log).to_contain_text(f"你的工单 {slow} 已办结")
    await li.told(f"评价 {slow} 1", "很抱歉")
    await li.tap(f"重开 {slow}")
    await expect(manager.log).to_contain_text(f"会员重开了工单 {slow}")
    await _confirm(manager, f"补偿 {slow} 积分 100", "已补偿")
    await expect(li.log).to_contain_text("100 积分，已经到账")
    await li.told("积分", "可用积分：150")
    await _confirm(manager, f"改进 {cold},{slow} 加了一位店员，空调也调好了", "已开始告知 2 人")
    for phone in (wang, li):
        await expect(phone.log).to_contain_text("有了改进")


async def test_a_scanned_suggestion_box_takes_a_word_of_nobody(
    stage: Stage, demo: RunningDemo
) -> None:
    li, manager = stage.phone("小李"), await _manager(stage, demo)
    await manager.write("意见箱")
    await expect(manager.log.get_by_role("img", name="图片消息")).to_be_visible()
    await li.node.get_by_test_id("scan").click()
    await li.node.get_by_test_id("scan-scene").click()
    await expect(li.log).to_contain_text("春熙路店意见箱")
    await li.tap("匿名")
    number = await li.told("插座没有电", NUMBER)

    await expect(manager.log).to_contain_text(f"新工单 {number}")
    await manager.told(f"工单 {number}", "匿名")
    await expect(manager.answers.first).to_contain_text("插座没有电")
    await manager.told(f"回复 {number} 明天换新的", "已回复")
    await expect(li.log).to_contain_text("明天换新的")
    await li.told("我的工单", f"工单 {number}")


async def test_a_member_proves_a_number_takes_the_data_along_and_leaves(stage: Stage) -> None:
    wang = stage.phone("小王")
    await wang.join()
    number = await wang.prove_number()
    await wang.told("资料", rf"手机号：{number[:3]}\*{{4}}{number[-4:]}")
    link = await wang.told("我的数据", r"http://\S+/d/\S+")
    await wang.scan(link)
    await wang.opened_page.get_by_role("link", name="my-data.json").click()
    await expect(wang.node.get_by_test_id("downloaded")).to_contain_text("my-data.json")
    await expect(wang.opened_page).to_contain_text(number)
    await stage.close_page(wang)
    await wang.scan(link)
    await expect(wang.opened_page.get_by_role("link", name="my-data.json")).to_have_count(0)
    await stage.close_page(wang)
    await wang.told("注销", "50 积分作废")
    await wang.tap("确认注销")
    await expect(wang.answers.first).to_contain_text("已注销")
    await wang.told("积分", "入会")
