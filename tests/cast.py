"""The cast (角色): the people every conversation is played by, and what happened to them before."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Character:
    """One person as the account `main` knows them."""

    name: str
    openid: str
    account: str = "main"


CAST = {
    person.name: person
    for person in (
        # Has never been seen.
        Character("小王", "oXiaoWang00000000000000000001"),
        # Joined yesterday with 50 points and a coupon, and bought for 32 yuan: 82 points.
        Character("小李", "oXiaoLi0000000000000000000002"),
        # Joined with 50 points, bought once for 18 yuan, and was not seen for a hundred days.
        Character("老赵", "oLaoZhao000000000000000000003"),
        # Walks by, and has never been seen either.
        Character("路人", "oLuRen000000000000000000000005"),
        # Staff: the clerk and the manager of 春熙路店 (cd01), and the owner of the whole brand.
        Character("店员小陈", "oXiaoChen00000000000000000006"),
        Character("店长", "oDianZhang0000000000000000007"),
        Character("老板", "oLaoBan0000000000000000000008"),
        # The chat of the mini-program.
        Character("小程序的小王", "oMiniXiaoWang0000000000000004", account="mini"),
    )
}
