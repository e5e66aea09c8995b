"""Topics (话题): staff say in a word what a ticket is about; what comes up again shows by store."""

from dataclasses import dataclass
from datetime import timedelta

from loyalty.person import Person
from loyalty.refusals import Refusal
from loyalty.ticket_topics import read_topic
from services.org.staff import where_named
from services.shop import Shop
from services.tickets.answers import Ticket, audit_ticket
from services.tickets.reach import seen_ticket, sight_of
from storage.topics import set_topic_of, topic_counts
from storage.transactions import transactional

PERIOD = timedelta(days=90)
MOST_LISTED = 20


class TopicUnfit(Refusal):
    wording = "service/topic_unfit"


@dataclass(frozen=True, slots=True)
class TopicCount:
    """How many tickets about it in one store, and the newest of them."""

    topic: str
    where: str
    count: int
    newest: int


@transactional
async def set_topic(shop: Shop, person: Person, ticket_id: int, text: str, *, key: str) -> Ticket:
    """The newest topic holds. Raises TopicUnfit, TicketUnknown."""
    topic = read_topic(text)
    if topic is None:
        raise TopicUnfit
    ticket = await seen_ticket(shop, person, ticket_id)
    await set_topic_of(ticket.id, topic)
    await audit_ticket(shop, person, ticket, "topic", key=key)
    return ticket


async def repeated_topics(shop: Shop, person: Person) -> list[TopicCount]:
    """Of the last months, the most frequent first, within this person's sight."""
    found = await topic_counts(sight_of(shop, person), shop.now() - PERIOD, limit=MOST_LISTED)
    return [
        TopicCount(
            line["topic"], where_named(shop, line["store_id"]), int(line["n"]), line["newest"]
        )
        for line in found
    ]
