"""人群、标签 as staff type them."""

from services.loading import load_shop
from storage.sql import rows
from tests.services.activating import an_activity
from tests.services.campaigning import load_campaign
from tests.shop import ShopUnderTest


async def test_a_filter_is_tried_before_it_is_saved(shop_under_test: ShopUnderTest) -> None:
    await shop_under_test.plays("""
        店长> 人群 试 90天内消费>=20
        机器人> 90天内消费>=20
                共 1 人，最近加入的几位：
        店长> 人群 存 近期客 90天内消费>=20
        机器人> 存为人群“近期客”：90天内消费>=20
                现在共 1 人，例如：
        店长> 确认 ※
        机器人> 已存好人群“近期客”。
        店长> 人群
        机器人> 已存的人群
                近期客：90天内消费>=20
        店长> 人群 看 近期客
        机器人> 90天内消费>=20
                共 1 人，最近加入的几位：
        店长> 人群 试 非 人群=近期客
        机器人> 非 90天内消费>=20
                共 1 人，最近加入的几位：
    """)


async def test_where_nothing_is_saved_the_way_there_is_told(
    shop_under_test: ShopUnderTest,
) -> None:
    ended = {"name": "成都老客", "filter": "全部", "ended": True}
    await load_shop(shop_under_test.shop, {"segments": [ended]})
    await shop_under_test.shop.rules.refresh()
    await shop_under_test.plays("""
        店长> 人群
        机器人> 还没有存过人群。先发“人群 试 条件”看看有多少人，再发“人群 存 名称 条件”。…
    """)


async def test_members_stand_in_a_sample_masked_and_every_look_is_kept(
    shop_under_test: ShopUnderTest,
) -> None:
    await shop_under_test.hear("小李", "资料 2 李小龙")
    [said] = await shop_under_test.hear("店长", "人群 试 90天内消费")
    assert "李*" in said
    assert "小龙" not in said
    looks = [line["what"] for line in await shop_under_test.trail()][-2:]
    assert looks == ["audience.look", "member.view"]


async def test_what_is_saved_again_replaces_it_and_the_old_version_stays(
    shop_under_test: ShopUnderTest,
) -> None:
    for words in ("人群 存 常客 到店>=1次", "确认 ※", "人群 存 常客 到店>=2次"):
        said = await shop_under_test.hear("店长", words)
    assert "原来的条件会被替换：到店>=1次" in said[0]
    await shop_under_test.hear("店长", "确认 ※")
    found = await rows("SELECT version, text FROM segments ORDER BY id")
    assert [tuple(line.values()) for line in found] == [(1, "到店>=1次"), (2, "到店>=2次")]


async def test_of_two_who_save_at_once_the_second_is_told(shop_under_test: ShopUnderTest) -> None:
    for name, words in (("店长", "到店>=1次"), ("老板", "到店>=2次")):
        await shop_under_test.hear(name, f"人群 存 常客 {words}")
        if name == "店长":
            first = shop_under_test.last_code
    await shop_under_test.hear("店长", f"确认 {first}")
    [said] = await shop_under_test.hear("老板", "确认 ※")
    assert said == "人群“常客”刚被别人改过，请重新发一次。"


async def test_a_saved_audience_is_dropped_when_nothing_needs_it(
    shop_under_test: ShopUnderTest,
) -> None:
    for words in ("人群 存 常客 到店>=1次", "确认 ※", "人群 存 稀客 非 人群=常客", "确认 ※"):
        await shop_under_test.hear("店长", words)
    await shop_under_test.plays("""
        店长> 人群 删 常客
        机器人> 人群“常客”正被这些用到：稀客。
        店长> 人群 删 稀客
        机器人> 删除人群“稀客”：非 人群=常客
        店长> 确认 ※
        机器人> 已删除人群“稀客”。
        店长> 人群 删 稀客
        机器人> 没有叫“稀客”的人群。回【人群】看已存的。
        店长> 人群 看 稀客
        机器人> 没有叫“稀客”的人群。回【人群】看已存的。
    """)


async def test_what_campaigns_and_activities_are_for_is_not_dropped(
    shop_under_test: ShopUnderTest,
) -> None:
    shop = shop_under_test.shop
    for words in ("人群 存 常客 到店>=1次", "确认 ※"):
        await shop_under_test.hear("店长", words)
    await load_campaign(shop, trigger="attended", name="集市", audience="常客")
    await an_activity(shop, name="品鉴会", audience="非 人群=常客")
    in_use = "人群“常客”正被这些用到：{}。"
    assert await shop_under_test.hear("店长", "人群 删 常客") == [in_use.format("集市、品鉴会")]
    await load_campaign(shop, trigger="attended", name="集市", audience="常客", ended=True)
    assert await shop_under_test.hear("店长", "人群 删 常客") == [in_use.format("品鉴会")]
    await an_activity(shop, name="品鉴会", audience="全部")
    [said] = await shop_under_test.hear("店长", "人群 删 常客")
    assert said.startswith("删除人群“常客”")


async def test_a_manager_does_not_replace_what_headquarters_saved(
    shop_under_test: ShopUnderTest,
) -> None:
    for words in ("人群 存 常客 到店>=1次", "确认 ※"):
        await shop_under_test.hear("老板", words)
    [said] = await shop_under_test.hear("店长", "人群 存 常客 到店>=2次")
    assert said == "人群“常客”是别人存的，请换一个名称。"


async def test_an_audience_of_the_shop_file_is_changed_there(
    shop_under_test: ShopUnderTest,
) -> None:
    await load_shop(shop_under_test.shop, {"segments": [{"name": "常客", "filter": "到店>=3次"}]})
    await shop_under_test.shop.rules.refresh()
    await shop_under_test.plays("""
        老板> 人群 存 常客 到店>=2次
        机器人> 人群“常客”写在商家档案里，请在那里修改。
        老板> 人群
        机器人> 已存的人群
                常客：到店>=3次
    """)


async def test_what_cannot_be_read_is_answered_with_its_place(
    shop_under_test: ShopUnderTest,
) -> None:
    await shop_under_test.plays("""
        店长> 人群 试 90天内消废>=5
        机器人> 第 1 个字起的“消废”不认识，是不是：消费、未消费…
        店长> 人群 试 门店=春西路店
        机器人> 没有“春西路店”，是不是：春熙路店…
        店长> 人群 存 甲且乙 全部
        机器人> 人群名称请用 1 到 32 个字母、汉字或数字，不要用空格…
        店长> 人群 什么
        机器人> 请发送：
    """)


async def test_a_manager_means_the_members_of_the_own_store(
    shop_under_test: ShopUnderTest,
) -> None:
    await rows("UPDATE members SET home_store_id = 4")
    await rows("UPDATE purchases SET store_id = 4")
    await shop_under_test.plays("""
        店长> 人群 试 全部
        机器人> 全部
                没有这样的会员。
        老板> 人群 试 全部
        机器人> 全部
                共 2 人，最近加入的几位：
    """)


async def test_a_tag_by_hand_is_seen_by_staff_and_by_the_member(
    shop_under_test: ShopUnderTest,
) -> None:
    number = await number_of("小李", shop_under_test)
    await shop_under_test.plays(f"""
        店长> 标签 {number} 加 爱喝燕麦
        机器人> 未填称呼 {number} 的标签
                爱喝燕麦（店员添加）
        店长> 查会员 {number}
        机器人> 标签：爱喝燕麦…
        小李> 资料
        机器人> 爱喝燕麦（店员添加）…
        店长> 标签 {number} 减 爱喝燕麦
        机器人> 没有标签…
    """)
    assert [line["what"] for line in await shop_under_test.trail()][-1] == "member.untag"


async def test_what_a_rule_gives_is_not_taken_by_hand(shop_under_test: ShopUnderTest) -> None:
    number = await number_of("小李", shop_under_test)
    await rows(
        "INSERT INTO member_tags (member_id, tag, source, reason, tagged_at)"
        f" SELECT id, '常客', 'rule', '因为常来', 1 FROM members WHERE member_no = '{number}'"
    )
    await shop_under_test.plays(f"""
        店长> 标签 {number} 减 常客
        机器人> “常客”是按规则自动打上的，不再符合时会自动去掉。
        店长> 标签 {number} 加 电话13800138000
        机器人> 标签请用 1 到 32 个字，不要写号码。
        店长> 标签
        机器人> 请发送：标签 会员号，或：标签 会员号 加 标签名，或：标签 会员号 减 标签名。
    """)


async def test_to_members_and_clerks_these_are_unknown_words(
    shop_under_test: ShopUnderTest,
) -> None:
    number = await number_of("小李", shop_under_test)
    for name in ("小李", "店员小陈"):
        for words in ("人群", "人群 试 全部", f"标签 {number} 加 甲"):
            [said] = await shop_under_test.hear(name, words)
            assert said.startswith("没有听懂"), (name, words, said)


async def number_of(name: str, shop: ShopUnderTest) -> str:
    [said] = await shop.hear(name, "资料")
    return said.partition("会员号 ")[2].partition("）")[0]


async def test_every_example_of_the_guide_is_read(shop_under_test: ShopUnderTest) -> None:
    [guide] = await shop_under_test.hear("店长", "人群 条件")
    lines = [line.partition("：")[2] for line in guide.splitlines() if line.startswith("· ")]
    examples = [one for line in lines for one in line.split("，")]
    assert len(examples) > 20
    for example in examples:
        [told] = await shop_under_test.hear("店长", f"人群 试 {example}")
        assert not told.startswith("第 "), (example, told)
