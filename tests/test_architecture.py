"""The house rules of docs/architecture.md: who may import whom, who owns what, what is nowhere."""

import ast
import re
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest

from tests.source_code import (
    PACKAGES,
    ROOT,
    WORKSHOP,
    imports_in,
    is_under,
    python_files,
    tree_of,
    uses_in,
)

Checker = Callable[[ast.Module, str], list[str]]

CHAT_DOOR = ("bot.chat", "bot.routing", "bot.dialogue", "bot.pushes")
VALUES_OF_A_DOOR = (
    "loyalty.fingerprints",
    "loyalty.money",
    "loyalty.people",
    "loyalty.person",
    "loyalty.refusals",
)
WEB_DOOR = ("bot.web",)
SHARED_BY_DOORS = ("handlers.membership",)
DOOR = ("services", *CHAT_DOOR, *VALUES_OF_A_DOOR, *SHARED_BY_DOORS)

# Folder -> what of ours it may import; the longest matching folder decides.
MAY_IMPORT = {
    "loyalty/": ("loyalty",),
    "storage/": ("storage", "loyalty"),
    "services/": ("services", "storage", "loyalty"),
    "scheduler/": ("scheduler", "services", "loyalty"),
    "bot/": ("bot", "loyalty"),
    "handlers/": ("handlers", *DOOR),
    "handlers/member/": ("handlers.member", *DOOR),
    "handlers/staff/": ("handlers.staff", *DOOR),
    "handlers/pos/": ("handlers.pos", *DOOR, *WEB_DOOR),
    "handlers/pages/": ("handlers.pages", *DOOR, *WEB_DOOR),
    "handlers/mini/": ("handlers.mini", *DOOR, *WEB_DOOR),
    "sandbox/": ("sandbox",),
}
# The composition root and the commands of `python -m bot` put the parts together.
COMPOSITION = re.compile(r"bot/(app|couriers|mini_platform|__main__|cli_\w+)\.py")

# Library -> the only places that know it.
OWNERS = {
    "aiohttp": ("bot/", "handlers/pos/", "handlers/pages/", "handlers/mini/", "sandbox/"),
    "aiosqlite": ("storage/",),
    "apscheduler": ("scheduler/",),
    "asyncpg": ("storage/",),
    "cryptography": ("bot/crypto.py", "storage/", "sandbox/"),
    "qrcode": ("bot/", "sandbox/"),
    "redis": ("storage/",),
    "tortoise": ("storage/",),
    "wechatpy": ("bot/",),
}

# What makes a rule depend on something besides its arguments.
IMPURE = {
    *("asyncio", "http", "io", "logging", "os", "pathlib", "random", "secrets", "select"),
    *(
        "shutil",
        "socket",
        "sqlite3",
        "ssl",
        "subprocess",
        "tempfile",
        "threading",
        "time",
        "urllib",
    ),
}

MACHINE_CLOCK = {
    *("datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today"),
    *("datetime.date.today", "time.time", "time.time_ns", "time.localtime", "time.gmtime"),
}
MAY_READ_THE_CLOCK = {
    "bot/app.py": "hands `now` to everything else",
    "sandbox/clock.py": "the sandbox plays the platform, which has a clock of its own",
}

# Words people send us, as whole strings; they are read, not said.
COMMAND_WORDS = {
    *(
        "取消",
        "跳过",
        "匿名",
        "活动",
        "签到",
        "条件",
        "发送",
        "预演",
        "还会来",
        "不来了",
        "同意",
        "同意并订阅",
        "同意订阅",
        "确认",
        "农历",
        "还是",
        "换了",
        "删",
    ),
    *("积分", "券", "页", "等待"),
    # Behind 备份 and 恢复发送.
    *("现在", "作废"),
    # Behind 人群 and 标签.
    *("试", "看", "存", "删", "条件", "加", "减"),
    # Behind 营销.
    *("停", "开", "预算"),
    # Behind 群发.
    *("全部", "列表", "测试", "预演", "发送", "暂停", "继续", "进度"),
    *("确认注销", "同意授权", "伙伴"),
    # Behind 退订 and 订阅.
    *("优惠", "促销", "活动", "祝福", "关怀", "生日", "到期", "等级"),
    # Topics of 帮助.
    *("帮助", "员工", "服务", "资料"),
}
MAY_READ_CHINESE = {
    "loyalty/audiences/condition_reading.py": "reads a filter as staff write it",
    "loyalty/audiences/conditions.py": "reads a filter as staff write it",
    "loyalty/audiences/filters.py": "writes a filter as staff read it",
    "loyalty/audiences/lexing.py": "reads a filter as staff write it",
    "loyalty/audiences/reading.py": "reads a filter as staff write it",
    "loyalty/audiences/words.py": "names the words of filters",
    "loyalty/broadcast_contents.py": "names the facts that staff write in braces",
    "loyalty/lifecycle.py": "names the stages as staff write them in a filter",
    "loyalty/rfm.py": "names the scores as staff write them in a filter",
    "loyalty/people.py": "reads a birthday by the lunar calendar as a member types it",
    "loyalty/ticket_names.py": "reads whom of the staff a member names",
}
IDEOGRAPH = re.compile(r"[\u3400-\u9fff]")


def arrow_faults(tree: ast.Module, path: str) -> list[str]:
    """Imports of ours that point outwards."""
    if COMPOSITION.fullmatch(path):
        return []
    allowed = MAY_IMPORT[max((f for f in MAY_IMPORT if path.startswith(f)), key=len)]
    ours = ((line, name) for line, name in imports_in(tree) if name.split(".")[0] in PACKAGES)
    return [
        f"{path}:{line} imports {name}"
        for line, name in ours
        if not any(name == module or name.startswith(f"{module}.") for module in allowed)
    ]


def owner_faults(tree: ast.Module, path: str) -> list[str]:
    """Libraries used away from the one place that knows them."""
    roots = ((line, name.split(".")[0]) for line, name in imports_in(tree))
    return [
        f"{path}:{line} uses {root}, known only to {', '.join(OWNERS[root])}"
        for line, root in roots
        if root in OWNERS and not is_under(path, *OWNERS[root])
    ]


def purity_faults(tree: ast.Module, path: str) -> list[str]:
    """In a rule: libraries, input and output, waiting."""
    roots = ((line, name.split(".")[0]) for line, name in imports_in(tree))
    pure = (sys.stdlib_module_names - IMPURE) | {"loyalty"}
    waits = (ast.AsyncFunctionDef, ast.Await, ast.AsyncFor, ast.AsyncWith)
    return [f"{path}:{line} imports {root}" for line, root in roots if root not in pure] + [
        f"{path}:{node.lineno} waits" for node in ast.walk(tree) if isinstance(node, waits)
    ]


def float_faults(tree: ast.Module, path: str) -> list[str]:
    """Money and points are whole numbers: no 0.95, no float(), no `/`."""
    return [
        f"{path}:{getattr(node, 'lineno', 0)} is not in whole numbers"
        for node in ast.walk(tree)
        if (isinstance(node, ast.Constant) and isinstance(node.value, float))
        or (isinstance(node, ast.Name) and node.id == "float")
        or (isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div))
    ]


def clock_faults(tree: ast.Module, path: str) -> list[str]:
    """The machine's clock asked, or handed on, by something that should be told the time."""
    if path in MAY_READ_THE_CLOCK:
        return []
    return [f"{path}:{line} reads {name}" for line, name in uses_in(tree) if name in MACHINE_CLOCK]


def wording_faults(tree: ast.Module, path: str) -> list[str]:
    """Chinese sentences outside templates/; docstrings and the words of a command are fine."""
    if path in MAY_READ_CHINESE:
        return []
    fine = {id(node) for part in _docstrings_and_decorators(tree) for node in ast.walk(part)}
    return [
        f"{path}:{node.lineno} says {node.value!r}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and IDEOGRAPH.search(node.value)
        and node.value not in COMMAND_WORDS
        and id(node) not in fine
    ]


def _docstrings_and_decorators(tree: ast.Module) -> list[ast.AST]:
    """A bare string is documentation wherever it stands; a decorator of a door names its word."""
    found: list[ast.AST] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            found.append(node)
        found += getattr(node, "decorator_list", [])
    return found


def assert_faults(tree: ast.Module, path: str) -> list[str]:
    """Work inside an assert is not done where Python is told to skip asserts."""
    return [
        f"{path}:{node.lineno} waits in an assert"
        for node in ast.walk(tree)
        if isinstance(node, ast.Assert)
        if any(isinstance(part, ast.Await) for part in ast.walk(node))
    ]


def relative_import_faults(tree: ast.Module, path: str) -> list[str]:
    return [
        f"{path}:{node.lineno} imports relatively"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.level
    ]


def name_faults(path: str) -> list[str]:
    """A module named like one of Python's own hides it when a file is run by its path."""
    names = Path(path).with_suffix("").parts
    return [f"{path} hides Python's {name}" for name in names if name in sys.stdlib_module_names]


RULES: list[tuple[Checker, tuple[str, ...]]] = [
    (arrow_faults, PACKAGES),
    (owner_faults, PACKAGES),
    (purity_faults, ("loyalty",)),
    (float_faults, ("loyalty",)),
    (clock_faults, PACKAGES),
    (wording_faults, PACKAGES),
    (assert_faults, PACKAGES),
    (relative_import_faults, (*PACKAGES, *WORKSHOP)),
]


@pytest.mark.parametrize(("checker", "packages"), RULES, ids=lambda it: getattr(it, "__name__", ""))
def test_the_house_rule_holds(checker: Checker, packages: tuple[str, ...]) -> None:
    faults = [fault for path in python_files(*packages) for fault in checker(tree_of(path), path)]
    assert not faults, "\n".join(faults)


def test_no_module_hides_one_of_pythons_own() -> None:
    faults = [fault for path in python_files(*PACKAGES, *WORKSHOP) for fault in name_faults(path)]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("package", [package for package in PACKAGES if python_files(package)])
def test_our_packages_are_ours_and_not_an_installed_namesake(package: str) -> None:
    module = import_module(package)
    assert module.__file__ is not None, f"{package}/ has no __init__.py"
    assert Path(module.__file__).parent.parent == ROOT


@pytest.mark.parametrize(
    ("checker", "path", "bad"),
    [
        (arrow_faults, "loyalty/points.py", "from services.ledger.points import spend_points"),
        (arrow_faults, "services/ledger/points.py", "from bot.chat import Chat"),
        (arrow_faults, "services/ledger/points.py", "import handlers"),
        (arrow_faults, "storage/points.py", "from services.ledger.points import spend_points"),
        (arrow_faults, "handlers/member/points.py", "from storage.members import find"),
        (arrow_faults, "handlers/member/points.py", "from bot.chatter import Chat"),
        (arrow_faults, "handlers/member/points.py", "from bot.web import answer"),
        (arrow_faults, "handlers/member/points.py", "from handlers.pos.auth import till"),
        (arrow_faults, "handlers/member/points.py", "import bot"),
        (arrow_faults, "scheduler/runner.py", "from storage import members"),
        (arrow_faults, "bot/webhook.py", "def late():\n    from services.members import join"),
        (arrow_faults, "sandbox/phone.py", "from loyalty.codes import token"),
        (owner_faults, "services/ledger/points.py", "import redis.asyncio"),
        (owner_faults, "handlers/member/points.py", "from aiohttp import web"),
        (owner_faults, "bot/webhook.py", "from cryptography.hazmat import primitives"),
        (owner_faults, "sandbox/crypto.py", "from wechatpy.crypto import WeChatCrypto"),
        (purity_faults, "loyalty/points.py", "import phonenumbers"),
        (purity_faults, "loyalty/points.py", "from pathlib import Path"),
        (purity_faults, "loyalty/points.py", "async def rule(): ..."),
        (float_faults, "loyalty/points.py", "share = 0.95"),
        (float_faults, "loyalty/points.py", "share = float(points)"),
        (float_faults, "loyalty/points.py", "share = points / 2"),
        (float_faults, "loyalty/points.py", "points /= 2"),
        (clock_faults, "services/ledger/points.py", "import datetime as d\nd.datetime.now(d.UTC)"),
        (clock_faults, "services/ledger/points.py", "from datetime import date\ndate.today()"),
        (clock_faults, "storage/inbox.py", "from time import time as now\nnow()"),
        (clock_faults, "storage/inbox.py", "import time\nclock = time.time"),
        (wording_faults, "services/ledger/points.py", "text = '积分不足'"),
        (wording_faults, "handlers/member/points.py", "text = f'还差{points}'"),
        (assert_faults, "services/each.py", "async def f():\n    assert await close(1) == 1"),
        (relative_import_faults, "bot/app.py", "from .chat import Chat"),
    ],
)
def test_a_breach_of_the_house_rule_is_seen(checker: Checker, path: str, bad: str) -> None:
    assert len(checker(ast.parse(bad), path)) == 1


@pytest.mark.parametrize(
    ("checker", "path", "good"),
    [
        (arrow_faults, "bot/app.py", "from services.ledger.points import spend_points"),
        (arrow_faults, "bot/cli_load.py", "from storage.database import connect"),
        (arrow_faults, "handlers/pos/purchases.py", "from bot.web import answer"),
        (arrow_faults, "handlers/member/points.py", "from bot.chat import Chat"),
        (owner_faults, "bot/crypto.py", "from cryptography.hazmat import primitives"),
        (purity_faults, "loyalty/codes.py", "import hmac\nfrom loyalty.money import yuan"),
        (float_faults, "loyalty/points.py", "points = paid_fen // 100 * 2"),
        (clock_faults, "bot/app.py", "from datetime import UTC, datetime\ndatetime.now(UTC)"),
        (clock_faults, "services/ledger/points.py", "expires_on = shop.today()"),
        (wording_faults, "handlers/member/points.py", "@router.command('积分')\ndef show(): ..."),
        (wording_faults, "loyalty/points.py", "'''积分: points.'''"),
        (wording_faults, "bot/dialogue.py", "SKIP = '跳过'"),
        (assert_faults, "services/each.py", "async def f():\n    x = await g()\n    assert x"),
    ],
)
def test_what_the_house_rules_allow_is_let_through(checker: Checker, path: str, good: str) -> None:
    assert checker(ast.parse(good), path) == []


def test_a_module_named_like_one_of_pythons_own_is_seen() -> None:
    assert name_faults("bot/queue.py") == ["bot/queue.py hides Python's queue"]
    assert name_faults("bot/inbox.py") == []
