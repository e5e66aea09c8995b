"""The send gate (发送闸) with the facts of the database: asked when something is put in, and again
right before it leaves.

It reads and judges; nothing is written. Whoever claims marketing locks its people first.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from loyalty.broadcast_contents import channels_for
from loyalty.messages import NOTICE_ONLY, SUBSCRIBED, Channel, MessageClass
from loyalty.send_gate import Form, Go, Outgoing, Verdict, judge_all
from loyalty.subscriptions import held_name
from services.messages.campaign_ends import closed_campaigns
from services.messages.gate_facts import read_facts
from services.shop import Shop
from storage.gate import followers_to_judge, lock_members
from storage.instants import from_ms
from storage.sql import Row

# What leaves by the outbox and is no message to anybody.
ERRANDS = frozenset({"who", "picture", "sms"})
FORM_CHANNELS = sorted(SUBSCRIBED | NOTICE_ONLY)
ALWAYS = frozenset({Channel.SERVICE})


async def lock_people(outgoing: Iterable[Outgoing]) -> None:
    """Before judging marketing that is to leave at once: two workers cannot both find room under
    a cap. A helper for use cases."""
    await lock_members(
        [
            message.member_id
            for message in outgoing
            if message.member_id is not None and message.message_class.is_marketing
        ]
    )


async def judge(
    shop: Shop, outgoing: Sequence[Outgoing], *, rehearses: bool = False
) -> dict[int, Verdict]:
    """By the message's id. Six reads however many they are, two for replies and what is owed; one
    more where campaigns speak.

    In a rehearsal whatever has no way now is told as that, however long it would wait.
    """
    found = await _addressed(outgoing)
    facts = await read_facts(shop, found.messages, found.followers)
    return judge_all(
        found.messages,
        facts,
        now=shop.now(),
        terms=shop.rules.messages,
        closed=await closed_campaigns(shop, outgoing),
        rehearses=rehearses,
    )


async def held_back(shop: Shop, outgoing: Sequence[Outgoing]) -> Counter[str]:
    """How many would not leave now, by reason."""
    verdicts = await judge(shop, outgoing, rehearses=True)
    held = (verdict for verdict in verdicts.values() if not isinstance(verdict, Go))
    return Counter(str(verdict.reason) for verdict in held)


def outgoing_of(
    shop: Shop, rows: Iterable[Row], contents: Mapping[int, Mapping[str, Any]]
) -> list[Outgoing]:
    """Rows of the outbox as the gate reads them.

    `contents` by id; of a broadcast as it was written, with its placeholders: what is said to each
    in another way cannot be a mass send.
    """
    return [_outgoing(shop, row, contents[row["id"]]) for row in rows]


def _outgoing(shop: Shop, row: Row, content: Mapping[str, Any]) -> Outgoing:
    forms = _forms(shop, content)
    return Outgoing(
        id=row["id"],
        member_id=row["member_id"],
        follower_id=row["follower_id"],
        message_class=MessageClass(row["message_class"]),
        topic=row["topic"],
        campaign=row["campaign"],
        channels=_channels(row, content) | {form.channel for form in forms},
        useless_after=_instant(row["useless_after"]),
        fresh_until=_instant(row["fresh_until"]),
        # What is for this very day goes before what may as well come tomorrow.
        priority=0 if row["fresh_until"] is None else 1,
        forms=forms,
        account=row["account"],
        openid=row["openid"],
        is_errand=content["kind"] in ERRANDS,
    )


def _instant(ms: int | None) -> datetime | None:
    return None if ms is None else from_ms(ms)


def _channels(row: Row, content: Mapping[str, Any]) -> frozenset[Channel]:
    """Only a broadcast says the same to everybody, and so may leave as a mass send."""
    return ALWAYS if row["broadcast_id"] is None else channels_for(content)


def _forms(shop: Shop, content: Mapping[str, Any]) -> tuple[Form, ...]:
    """The forms that the wording of a notice has at the accounts of this shop."""
    if content["kind"] != "notice":
        return ()
    find = shop.notice_forms.form_for
    return tuple(
        Form(account, channel, held_name(channel, form.template_id, form.scene))
        for account, kind in shop.account_kinds.items()
        for channel in FORM_CHANNELS
        if (form := find(str(content["wording"]), channel, kind, account)) is not None
    )


@dataclass(frozen=True, slots=True)
class _Addressed:
    """Messages that know whose they are, and the accounts of everybody concerned."""

    messages: list[Outgoing]
    followers: list[Row]


async def _addressed(outgoing: Sequence[Outgoing]) -> _Addressed:
    """An address alone also names a follower, whose contacts it spends."""
    by_address = [one for one in outgoing if one.who is None and one.openid]
    followers = await followers_to_judge(
        sorted({one.member_id for one in outgoing if one.member_id is not None}),
        sorted({one.follower_id for one in outgoing if one.follower_id is not None}),
        {(one.account, one.openid) for one in by_address},
    )
    ids = {(line["account"], line["openid"]): line["id"] for line in followers}
    messages = [
        replace(one, follower_id=ids.get((one.account, one.openid))) if one.who is None else one
        for one in outgoing
    ]
    return _Addressed(messages, followers)
