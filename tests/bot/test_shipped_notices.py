"""The notice forms that ship fit those of the sandbox: numbers, keys, and the values they send."""

import pytest

from bot.notice_forms import load_notice_forms
from loyalty.messages import Channel
from loyalty.notice_forms import NoticeForm, filled_form
from loyalty.notice_values import RULES, BadValue, fitted
from sandbox.forms import preset_forms
from sandbox.value_rules import RULES as PLATFORM_RULES
from sandbox.value_rules import broken_key

SHIPPED = list(load_notice_forms().forms.values())
# One fact of each name, as the chat would say it.
FACTS = {
    "name": "春季手冲咖啡品鉴会（春熙路店与锦里店联合举办）",
    "names": "新人券、生日蛋糕券、满减券",
    "text": "您好，咖啡机已经修好了，欢迎再来，送您一杯拿铁。",
    "place": "春熙路店",
    "store": "春熙路店",
    "tier": "金卡会员",
    "starts": "2027-03-01 18:30",
    "expires_on": "2027-03-01",
    "last_day": "2027-03-01",
    "until": "2027-03-01",
    "number": "1024",
    "points": "120",
    "count": "3",
    "amount": "32.00",
    "balance": "168.00",
    "bonus": "50.00",
    "left": "168.00",
    "yuan": "500.00",
}
VALUES = ("长" * 20, "长" * 21, "a" * 32, "1.5", "50.00元", "五十", "18:30", "2027-03-01", "3月1日")
MORE_VALUES = (
    "2027-03-01~2027-03-31",
    "处理中",
    "A-1",
    "&%",
    "王小明",
    "川A12345",
    "12345678901.00",
)


def named(form: NoticeForm) -> str:
    return f"{form.wording} {form.channel}"


@pytest.mark.parametrize("form", SHIPPED, ids=named)
def test_a_shipped_form_is_one_of_the_sandboxs(form: NoticeForm) -> None:
    preset = preset_forms()[form.template_id]
    assert preset.kind == form.channel
    if form.channel is not Channel.ONE_TIME:
        assert set(form.fields) == set(preset.fields)


@pytest.mark.parametrize("form", SHIPPED, ids=named)
def test_what_a_shipped_form_says_is_taken_by_the_sandbox(form: NoticeForm) -> None:
    filled = filled_form(form, FACTS)
    data = {key: {"value": value} for key, value in filled.values.items()}
    assert broken_key(preset_forms()[form.template_id], data) is None


@pytest.mark.parametrize("kind", sorted(PLATFORM_RULES))
@pytest.mark.parametrize("value", [*VALUES, *MORE_VALUES])
def test_what_the_shop_would_send_the_platform_would_take(kind: str, value: str) -> None:
    assert set(RULES) <= set(PLATFORM_RULES)
    try:
        told = fitted(f"{kind}1", value)
    except BadValue:
        return
    assert PLATFORM_RULES[kind](told)
