"""The cast of the demo (演示角色): goods of a coffee chain, names, and habits of guests."""

import random
from dataclasses import dataclass

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
)
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN_NAMES = ("小明", "丽", "建国", "思雨", "子涵", "芳", "磊", "静", "欣怡", "浩然", "婷", "伟")


@dataclass(frozen=True, slots=True)
class Habit:
    """How often somebody comes, how much they take, how long they stay a guest."""

    gap_days: float
    basket: int
    stays_days: int


# Regulars, weekly guests, occasional guests, and those who tried once or twice.
HABITS = (
    (15, Habit(gap_days=5, basket=2, stays_days=400)),
    (30, Habit(gap_days=14, basket=2, stays_days=400)),
    (30, Habit(gap_days=35, basket=3, stays_days=300)),
    (25, Habit(gap_days=40, basket=2, stays_days=60)),
)


def habit_of(chance: random.Random) -> Habit:
    weights = [weight for weight, _ in HABITS]
    return chance.choices([habit for _, habit in HABITS], weights)[0]
