"""The cast of the demo (演示角色): goods of a coffee chain, names, habits of guests, phones."""

import random
from dataclasses import dataclass

from loyalty.staff import Role

# sku, name, category, price in fen
GOODS = (
    ("latte", "拿铁", "咖啡", 3200),
    ("americano", "美式咖啡", "咖啡", 2500),
    ("flat-white", "馥芮白", "咖啡", 3400),
    ("mocha", "摩卡", "咖啡", 3500),
    ("oolong", "高山乌龙", "茶饮", 2800),
    ("jasmine", "茉莉清茶", "茶饮", 2200),
    ("matcha", "抹茶拿铁", "茶饮", 3300),
    ("croissant", "黄油可颂", "烘焙", 1800),
    ("cheesecake", "巴斯克蛋糕", "烘焙", 3600),
    ("bagel", "贝果三明治", "烘焙", 2600),
    ("beans", "山茶拼配豆 250g", "零售", 8800),
    ("mug", "山茶马克杯", "零售", 12800),
    ("gift-card", "礼品卡 100 元", "礼品卡", 10000),
    ("delivery", "同城配送", "shipping", 600),
)
# What guests take of their own accord: all but the last two.
EVERYDAY_GOODS = len(GOODS) - 2
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN_NAMES = ("小明", "丽", "建国", "思雨", "子涵", "芳", "磊", "静", "欣怡", "浩然", "婷", "伟")

NEWCOMER, REGULAR = "小王", "老周"
CLERK, SUPPORT, MANAGER, OWNER = "店员小陈", "客服小苏", "店长林姐", "老板方姐"
# The first two are newcomers, the regular has been a guest for a year, the others are staff.
PHONES = (NEWCOMER, "小李", REGULAR, SUPPORT, MANAGER, CLERK, OWNER)
STORE = "cd01"
# Who works where; without a store for the whole brand.
STAFF = (
    (CLERK, Role.CLERK, STORE),
    (MANAGER, Role.MANAGER, STORE),
    (SUPPORT, Role.SUPPORT, ""),
    (OWNER, Role.OWNER, ""),
)


@dataclass(frozen=True, slots=True)
class Habit:
    """How often somebody comes, how much they take, how long they stay a guest."""

    gap_days: float
    basket: int
    stays_days: int
    has_card: bool = False


# Regulars, weekly guests, occasional guests, and those who tried once or twice.
HABITS = (
    (3, Habit(gap_days=6, basket=3, stays_days=400, has_card=True)),
    (5, Habit(gap_days=8, basket=3, stays_days=400)),
    (20, Habit(gap_days=25, basket=3, stays_days=400)),
    (37, Habit(gap_days=70, basket=3, stays_days=300)),
    (35, Habit(gap_days=60, basket=2, stays_days=60)),
)
LOYAL = HABITS[0][1]


def habit_of(chance: random.Random) -> Habit:
    weights = [weight for weight, _ in HABITS]
    return chance.choices([habit for _, habit in HABITS], weights)[0]
