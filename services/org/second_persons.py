"""Second persons (第二人): who may say yes to what one person may not do alone.

Somebody whose reach takes in that of whoever asks. What the brand or a region asks about a
member, also somebody of that member's store: there may be one owner only. Of two members both
have to be theirs. Nobody whom what is asked names in `without`.
"""

from loyalty.confirmations import Confirmed, Proposal, members_named
from loyalty.person import Person
from loyalty.staff import Right
from services.messages.telling import staff_with, tell_follower
from services.org.staff import covers, overlaps, reach_of, reach_within, where_of
from services.shop import Shop
from storage.reach import is_member_of, stores_of_member


async def tell_second_persons(
    shop: Shop, person: Person, right: Right, proposal: Proposal, *, key: str
) -> None:
    """Whoever may say yes reads the summary, too; the code comes from the person who asked."""
    assert person.role is not None, "only staff ask"
    facts = {
        "summary": proposal.summary,
        "role": shop.phrase(f"staff/role_{person.role}", {}),
        "store": where_of(shop, person),
    }
    text = shop.phrase("staff/second_person", facts)
    asked = reach_of(shop, person)
    homes = [await stores_of_member(one) for one in members_named(proposal.content)]
    without = proposal.content.get("without", ())
    for row in await staff_with(shop, right, asked):
        theirs = reach_within(shop, row["store_id"], row["region_id"])
        knows = homes and all(not stores or overlaps(theirs, stores) for stores in homes)
        is_other = row["id"] != person.follower_id and row["id"] not in without
        if is_other and (knows or covers(theirs, asked)):
            await tell_follower(shop, row, text, key=f"second:{key}:{row['id']}")


async def has_second_person(shop: Shop, person: Person, right: Right) -> bool:
    """Whether anybody else could say yes to what this person asks for all of their reach."""
    asked = reach_of(shop, person)
    return any(
        row["id"] != person.follower_id
        and covers(reach_within(shop, row["store_id"], row["region_id"]), asked)
        for row in await staff_with(shop, right, asked)
    )


async def is_second_person(shop: Shop, person: Person, confirmed: Confirmed) -> bool:
    """Whether this is near enough to whoever asked, and to the member it is about."""
    if person.follower_id in confirmed.content.get("without", ()):
        return False
    theirs = reach_of(shop, person)
    asked = reach_within(shop, confirmed.store_id, confirmed.region_id)
    if covers(theirs, asked):
        return True
    members = members_named(confirmed.content)
    if not members or not overlaps(theirs, asked):
        return False
    return all([await is_member_of(one, theirs) for one in members])
