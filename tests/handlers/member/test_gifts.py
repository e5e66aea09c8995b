"""送券、撤回、领券: a coupon that goes to a friend, or comes back."""

from tests.cast import CAST
from tests.services.couponing import give_coupon
from tests.shop import ShopUnderTest, full_width

LI = CAST["小李"].openid


async def test_a_coupon_goes_to_the_friend_who_types_the_word(
    shop_under_test: ShopUnderTest,
) -> None:
    code = await give_coupon(shop_under_test.shop, LI)
    reply = (await shop_under_test.hear("小李", "送券 " + full_width("1")))[0]
    assert reply.startswith("蛋糕券（有效至 2027-01-21）可以送给朋友了")
    word = next(line for line in reply.splitlines() if line.startswith("领券 "))
    assert f"http://shop.test/g/{word.removeprefix('领券 ')}" in reply.splitlines()
    assert await shop_under_test.hear_again() == [reply]
    await shop_under_test.plays(f"""
        老赵> {word.lower()}
        机器人> 收到朋友送的蛋糕券
                券码：{code}，有效至 2027-01-21
        老赵> 〃
        机器人> 收到朋友送的蛋糕券
        小李> {word}
        机器人> 这张券已被别的朋友领取。
        小李> 撤回 {code}
        机器人> 没有这张券，请先回【优惠券】看序号。
        老赵> 送券 {code}
        机器人> 蛋糕券不能转赠：用过的、别人送的和注明不可转赠的券只能自己用。
    """)
    assert await shop_under_test.delivered() == [("小李", "你送出的蛋糕券已被朋友领取。")]


async def test_the_link_as_text_takes_it_too_and_strangers_join_first(
    shop_under_test: ShopUnderTest,
) -> None:
    await give_coupon(shop_under_test.shop, LI)
    reply = (await shop_under_test.hear("小李", "送券1"))[0]
    link = next(line for line in reply.splitlines() if line.startswith("http"))
    token = link.rpartition("/")[2]
    await shop_under_test.plays(f"""
        小王> {link}
        机器人> 朋友送你一张蛋糕券（有效至 2027-01-21）。
                还不是会员，先回【入会】，再发送“领券 {token}”即可领取。
        小王> 入会
        机器人> 山茶咖啡会员计划
        小王> 同意
        机器人> 欢迎加入山茶咖啡！
        小王> 领券{token}
        机器人> 收到朋友送的蛋糕券
    """)


async def test_what_is_taken_back_is_ones_own_again(shop_under_test: ShopUnderTest) -> None:
    code = await give_coupon(shop_under_test.shop, LI)
    reply = (await shop_under_test.hear("小李", "转赠 1"))[0]
    word = next(line for line in reply.splitlines() if line.startswith("领券 "))
    await shop_under_test.plays(f"""
        小李> 撤回 1
        机器人> 蛋糕券已收回，现在可以自己用了。
        老赵> {word}
        机器人> 这张券已被收回或已过期。
        小李> 送券 {code}
        机器人> 蛋糕券（…
        小李> 撤回 2
        机器人> 新人券没有在转赠中，可以直接使用。
    """)


async def test_the_giver_who_asks_for_the_gift_has_it_back(
    shop_under_test: ShopUnderTest,
) -> None:
    await give_coupon(shop_under_test.shop, LI)
    reply = (await shop_under_test.hear("小李", "送券 1"))[0]
    word = next(line for line in reply.splitlines() if line.startswith("领券 "))
    await shop_under_test.plays(f"""
        小李> {word}
        机器人> 蛋糕券已收回，现在可以自己用了。
    """)


async def test_words_without_a_number_say_how(shop_under_test: ShopUnderTest) -> None:
    for word in ("送券", "撤回", "领券"):
        assert (await shop_under_test.hear("小李", word))[0].startswith("把券送给朋友：")
    for words in ("送券 1", "撤回 1"):
        assert "还不是会员" in (await shop_under_test.hear("小王", words))[0]
    await shop_under_test.plays("""
        老赵> 送券 1
        机器人> 没有这张券，请先回【优惠券】看序号。
        老赵> 领券 ABCDEFGH
        机器人> 没有找到这张券，请检查链接或口令是否完整。
    """)


async def test_a_gift_may_be_taken_while_another_question_is_open(
    shop_under_test: ShopUnderTest,
) -> None:
    await give_coupon(shop_under_test.shop, LI)
    reply = (await shop_under_test.hear("小李", "送券 1"))[0]
    word = next(line for line in reply.splitlines() if line.startswith("领券 "))
    await shop_under_test.hear("老赵", "填称呼")
    assert "收到朋友送的蛋糕券" in (await shop_under_test.hear("老赵", word))[0]
    assert "称呼 老*" in (await shop_under_test.hear("老赵", "老赵"))[0]
