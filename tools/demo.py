"""`make run`: the whole thing on embedded parts, with demo data, until Ctrl-C.

Starts the server and the sandbox as two processes of their own and ends both.
"""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from bot.config import Settings, load_settings
from tools.demo_people import introduce
from tools.demo_shop import prepare, sandbox_config, var_folder

CONFIG = Path("config.toml")
SANDBOX_PORT = 8001
READY_SECONDS = 30
STOP_SECONDS = 20

WELCOME = """
  Shuke (熟客) is running.

    sandbox   http://127.0.0.1:{sandbox}   phones, a till and a clock to play with: begin here
    server    http://127.0.0.1:{port}
    metrics   http://127.0.0.1:{admin}/metrics

  Try, on 小王's phone: 关注 (follow) → send 入会 → 同意 → ring up a 拿铁 at the till → scan the
  receipt → send 积分. Then, with 老周, a guest for a year:
    a basket, then 老周 beside “请出示”: who he is, and a quote → take the best offer → 收款
    send 积分 and 为什么; 余额, 等级, 优惠券, 账单, 兑换; 算 128: what would 128 yuan cost
    充值 at the till → pay the next basket with stored value (用储值付)
    退货 on a receipt: part of it or all; points, coupons and stored value go back where they were
    送券 1 → open the link on 小李's phone (扫一扫 → paste it)
  The feedback loop (收起收银台 makes room for more phones; 试试看 at the top walks you through):
    小王 sends 反馈 or 投诉, a line, a picture → 客服小苏 sends 工单, taps a number, 接单, 回复,
    追问, 办结 → 小王 taps 评价 or 重开; some tickets of the last days wait already
    小李 scans the store's suggestion box (扫一扫) → 匿名; 店长林姐 answers and sees no name
    补偿 NUMBER 积分 200; 改进 NUMBER,NUMBER and what is better now; 话题; 工单统计
  Reach: 店长林姐 sends 群发 (a draft waits: 群发 列表), to whom, what → a rehearsal → 群发 确认 →
    老板方姐 确认 CODE; at night it waits until 9 (move the clock). 平台 at the top shows accepted
    sends, quotas and what everybody holds. 老周: TD, 消息; ⊕ 订阅消息 allows one more notice
  Activities: 活动, a tap, 报名 2; 报名 1 is full and queues; 活动日历; 店长林姐 has 活动名单 1.
  A member's own: 填手机号 (tap the number above the phone; its SMS comes there), 资料, 授权,
  隐私, 我的数据, 注销. In the mini-program's chat ⊕ has the button 授权手机号.
  店员小陈 works in the shop: 核销 and a code of 优惠券, 小票 12.5, 查会员, 充值, 撤销; what moves
  anything waits for 确认. 店长林姐 may 补积分 and 退卡 as well. 客服小苏 sees numbers (查电话)
  after the 培训. 老板方姐 has 员工, 邀请员工, 审计, 谁看过, 备份, 暂停发送. 帮助 员工 lists them.
  Ctrl-C ends all of it. What you did is kept in var/; delete that folder to begin anew.
"""


def main() -> int:
    settings = load_settings(CONFIG, os.environ)
    server = settings.server
    for port in (server.port, SANDBOX_PORT, server.admin_port):
        if _is_taken(port):
            print(f"port {port} is in use: end the program that listens there and try again")
            return 2
    asyncio.run(prepare(settings))
    _write_sandbox_config(settings)
    return _run(settings)


def _write_sandbox_config(settings: Settings) -> None:
    path = var_folder(settings) / "sandbox.toml"
    path.touch(mode=0o600)
    path.write_text(sandbox_config(settings, SANDBOX_PORT), encoding="utf-8")


def _run(settings: Settings) -> int:
    server = settings.server
    commands = (
        ["-m", "bot", "serve", "--config", str(CONFIG)],
        ["-m", "sandbox", "--config", str(var_folder(settings) / "sandbox.toml")],
    )
    # A group of their own: Ctrl-C reaches us, and we end them in order.
    processes = [
        subprocess.Popen([sys.executable, *command], start_new_session=True) for command in commands
    ]
    # Started in the background, a shell has SIGINT ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    try:
        for url in (
            f"http://127.0.0.1:{server.admin_port}/readyz",
            f"http://127.0.0.1:{SANDBOX_PORT}/stage/state",
        ):
            _wait_for(url, processes)
        menu = [sys.executable, "-m", "bot", "menu", "--config", str(CONFIG)]
        subprocess.run(menu, check=False, stdout=subprocess.DEVNULL)
        asyncio.run(introduce(settings, f"http://127.0.0.1:{SANDBOX_PORT}"))
        print(
            WELCOME.format(sandbox=SANDBOX_PORT, port=server.port, admin=server.admin_port),
            flush=True,
        )
        while all(process.poll() is None for process in processes):
            time.sleep(0.5)
        print("one of the two ended by itself; its last lines are above")
        return 1
    except KeyboardInterrupt:
        print("\nending…")
        return 0
    finally:
        _end(processes)


def _wait_for(url: str, processes: list[subprocess.Popen[bytes]]) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and all(p.poll() is None for p in processes):
        try:
            with urllib.request.urlopen(url, timeout=2):  # noqa: S310 - an address of ours
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)


def _end(processes: list[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        process.terminate()
    for process in processes:
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()


def _is_taken(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


if __name__ == "__main__":
    sys.exit(main())
