"""Group sends for tests (群发): a crowd of members, and drafts that are confirmed."""

from datetime import timedelta

from loyalty.broadcasts import Figures
from loyalty.person import Person
from loyalty.send_results import SendResult, SendState
from loyalty.staff import Role
from services.broadcasts.drafts import aim_at, draft_broadcast, kept_content, typed_content
from services.broadcasts.rehearsals import rehearse_to_the_end
from services.broadcasts.reports import report_of
from services.broadcasts.work import work_round
from services.counter.actions import confirm_action, propose_action
from services.messages.outbox import take_due_messages
from services.messages.outbox_results import begin_sending, record_results
from services.shop import Shop
from storage.instants import to_ms
from storage.sql import change, rows
from tests.services.staffing import a_staff

NUMBERS = (
    "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {})"
)
CROWD = "SELECT f.id FROM followers f WHERE f.openid LIKE 'crowd-%'"


async def a_crowd(shop: Shop, many: int, *, first: int = 1) -> None:
    """Members who agreed to offers and wrote to us just now, so that all of them can be reached."""
    now, last = to_ms(shop.now()), first + many - 1
    numbers = NUMBERS.format(last)
    await change(
        f"{numbers} INSERT INTO members (member_no, state, joined_at, join_key)"
        f" SELECT 'C' || n, 'active', {now}, 'crowd-' || n FROM numbers WHERE n >= {first}"
    )
    await change(
        "INSERT INTO followers (account, openid, member_id, follows, changed_at, first_seen_at)"
        " SELECT 'main', m.join_key, m.id, TRUE, 0, 0 FROM members m"
        " WHERE m.join_key LIKE 'crowd-%'"
        " AND NOT EXISTS (SELECT 1 FROM followers f WHERE f.member_id = m.id) ORDER BY m.id"
    )
    await change(
        "INSERT INTO consent_texts (text_hash, text, first_used_at) VALUES ('h', 't', 0)"
        " ON CONFLICT (text_hash) DO NOTHING"
    )
    await say_of_crowd(shop, given=True, key="join")
    ends = to_ms(shop.now() + timedelta(hours=47))
    await change(
        "INSERT INTO contacts (follower_id, kind, at, ends_at, left_over)"
        f" SELECT id, 'message', {now}, {ends}, 5 FROM followers WHERE openid LIKE 'crowd-%'"
        " ON CONFLICT (follower_id, kind) DO NOTHING"
    )


async def say_of_crowd(shop: Shop, *, given: bool, key: str, who: str = "crowd-%") -> None:
    """订阅 or 退订 of everybody whose openid is like this."""
    await change(
        "INSERT INTO consents (follower_id, member_id, purpose, given, text_version, text_hash,"
        " channel, key, recorded_at) SELECT id, member_id, 'marketing', $1, 'v', 'h', 'chat',"
        f" openid || $2, {to_ms(shop.now())} FROM followers WHERE openid LIKE $3"
        " ON CONFLICT (key, purpose) DO NOTHING",
        given,
        f":{key}",
        who,
    )


async def a_draft(
    shop: Shop, author: Person | None, *, text: str = "新品上市", audience: str = "全部"
) -> int:
    """Kept and rehearsed."""
    aim = await aim_at(shop, author, audience)
    content = typed_content(text)
    kept = kept_content(author, content) if author else kept_content(SOMEBODY, content)
    found = await rows("SELECT COUNT(*) AS n FROM broadcasts")
    draft = await draft_broadcast(shop, author, aim, kept, key=f"draft-{found[0]['n']}")
    await rehearse_to_the_end(shop, draft["id"])
    number: int = draft["id"]
    return number


SOMEBODY = Person(follower_id=0, account="main", openid="", follows=False)


async def two_people(shop: Shop) -> tuple[Person, Person]:
    """A marketing person and an owner."""
    writer = await a_staff(shop, "writer", Role.MARKETING, "")
    return writer, await a_staff(shop, "owner", Role.OWNER, "")


async def started(shop: Shop, writer: Person, other: Person, number: int) -> None:
    """Asked by one, said yes to by the other."""
    asked = await propose_action(shop, writer, "broadcast", (str(number),), key=f"ask-{number}")
    await confirm_action(shop, other, asked.code, key=f"yes-{number}")
    # What staff were told of it is out of the way.
    await change("UPDATE outbox SET state = 'sent' WHERE broadcast_id IS NULL")


async def worked(shop: Shop, worker: str = "worker") -> None:
    """Everything that can be done by now."""
    while await work_round(shop, worker):
        pass


async def figures(shop: Shop, number: int) -> Figures:
    """As reported; they add up whenever they are asked for."""
    found = (await report_of(shop, None, number)).figures
    assert found.adds_up, found
    return found


async def deliver(shop: Shop, limit: int = 1000, *, state: SendState = "sent") -> int:
    """Claimed, called and recorded as delivery does it; how many were of broadcasts."""
    claimed = await take_due_messages(shop, "sender", limit)
    begun = await begin_sending(shop, "sender", claimed)
    results = [SendResult(one, state, None) for one in claimed if one.id in begun]
    await record_results(shop, "sender", results)
    return sum(one.message.broadcast_id is not None for one in results)
