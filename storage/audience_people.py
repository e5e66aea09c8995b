"""Who somebody is (会员条件), as SQL: profile, place, tier, tags, stage, a share by chance."""

from hashlib import sha256

from storage.audience_parts import COMPARE, Asked, Question, compared_day, number_of

# Prime: every number below it is hit by one member of so many, whatever the factor.
PRIME = 2**31 - 1
SHARES = 10_000


def everybody(question: Question) -> str:
    return "1 = 1"


def detail(question: Question) -> str:
    """Gender and district lie sealed; a digest with our key finds them."""
    word = question.condition.word
    keyed = [key for name in question.condition.names for key in question.moment.keyed(word, name)]
    place = f"d.member_id = {question.member}.id AND d.name = {question.values(word)}"
    return question.has(
        "member_details d", f"{place} AND d.value_index {question.among(keyed)}", no=question.no
    )


def birthday(question: Question) -> str:
    word, member = question.condition.word, question.member
    keyed = [key for name in question.condition.names for key in question.moment.keyed(word, name)]
    found = f"{member}.birthday_index {question.among(sorted(set(keyed)))}"
    return f"{question.no}({member}.birthday_index IS NOT NULL AND {found})"


def joined(question: Question) -> str:
    instant = f"{question.member}.joined_at"
    if question.condition.days is not None:
        return f"{instant} >= {question.values.number(question.since_ms)}"
    return compared_day(question, instant)


def source(question: Question) -> str:
    mine = f"f.member_id = {question.member}.id"
    return question.has(
        "followers f",
        f"{mine} AND f.source {question.among(question.condition.names)}",
        no=question.no,
    )


def follows(question: Question) -> str:
    return question.has("followers f", f"f.member_id = {question.member}.id AND f.follows")


def region(question: Question) -> str:
    """Where somebody lives, where the district tells it, else the region of the home store."""
    member, wanted = question.member, question.known()
    lives = f"COALESCE({member}.region_id {question.among(wanted)}, FALSE)"
    stores = f"SELECT s.id FROM stores s WHERE s.region_id {question.among(wanted)}"
    buys = f"COALESCE({member}.home_store_id IN ({stores}), FALSE)"
    return f"{question.no}({lives} OR ({member}.region_id IS NULL AND {buys}))"


def store(question: Question) -> str:
    found = f"{question.member}.home_store_id {question.among(question.known())}"
    return f"{question.no}COALESCE({found}, FALSE)"


def tier(question: Question) -> str:
    """Without a row somebody stands on the lowest rung."""
    rungs, named = question.moment.names.rungs(), question.known()
    sign = question.condition.operator
    if sign in ("=", "≠"):
        wanted = [rung for rung in rungs if (rung in named) == (sign == "=")]
    else:
        place = rungs.index(named[0])
        wanted = [rung for at, rung in enumerate(rungs) if COMPARE[sign](at, place)]
    mine = f"t.member_id = {question.member}.id AND t.tier"
    if not wanted or rungs[0] not in wanted:
        return question.has("member_tiers t", f"{mine} {question.among(wanted)}")
    return question.has("member_tiers t", f"{mine} NOT {question.among(wanted)}", no="NOT ")


def member_no(question: Question) -> str:
    found = f"{question.member}.member_no {question.among(question.condition.names)}"
    return f"{question.no}COALESCE({found}, FALSE)"


def tag(question: Question) -> str:
    mine = f"g.member_id = {question.member}.id"
    named = f"g.tag {question.among(question.condition.names)}"
    return question.has("member_tags g", f"{mine} AND {named}", no=question.no)


def stage(question: Question) -> str:
    mine = f"y.member_id = {question.member}.id"
    named = f"y.stage {question.among(question.meanings())}"
    return question.has("member_rhythms y", f"{mine} AND {named}", no=question.no)


def rfm(question: Question) -> str:
    mine = f"y.member_id = {question.member}.id"
    named = f"y.name {question.among(question.meanings())}"
    return question.has("rfm_scores y", f"{mine} AND {named}", no=question.no)


def score(question: Question) -> str:
    """Of R, F or M; who is not scored is in none of these, not even in ≠."""
    column = {"recency": "r", "frequency": "f", "monetary": "m"}[question.condition.word]
    compared = f"y.{column} {question.sign} {question.values.number(number_of(question))}"
    return question.has("rfm_scores y", f"y.member_id = {question.member}.id AND {compared}")


def random_share(question: Question) -> str:
    """Of each seed another share; somebody who is in 10 % is in 20 % as well, today and later."""
    seed = question.condition.of[0] if question.condition.of else ""
    factor, shift = factors_of(seed)
    # Below 2^62 at every step, so that both databases reckon alike.
    number = question.values.number
    mixed = f"({question.member}.id % {PRIME} * {number(factor)} + {number(shift)}) % {PRIME}"
    place = f"({mixed}) * ({mixed}) % {PRIME} % {SHARES}"
    return f"{place} < {question.values.number(number_of(question))}"


def factors_of(seed: str) -> tuple[int, int]:
    """Two numbers below the prime that a seed stands for."""
    digest = sha256(seed.encode()).digest()
    factor, shift = int.from_bytes(digest[:8]), int.from_bytes(digest[8:16])
    return factor % (PRIME - 1) + 1, shift % PRIME


PEOPLE: dict[str, Asked] = {
    "everybody": everybody,
    "gender": detail,
    "district": detail,
    "birth_month": birthday,
    "birthday": birthday,
    "joined": joined,
    "source": source,
    "follows": follows,
    "region": region,
    "store": store,
    "tier": tier,
    "member_no": member_no,
    "tag": tag,
    "stage": stage,
    "rfm": rfm,
    "recency": score,
    "frequency": score,
    "monetary": score,
    "random": random_share,
}
