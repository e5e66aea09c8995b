"""Consents after a merge (合并后的同意): of two words on one purpose the newer counts."""

from datetime import datetime

from storage.instants import to_ms
from storage.sql import change

COPIED = "follower_id, purpose, given, text_version, text_hash, channel"
NEWEST = """
SELECT MAX(id) FROM consents WHERE member_id = {member} GROUP BY purpose
"""
# The other's newest words where they are newer than the member's own on the same purpose.
TAKE_OVER = f"""
INSERT INTO consents (member_id, key, recorded_at, {COPIED})
SELECT CAST($1 AS BIGINT), CAST($3 AS TEXT), CAST($4 AS BIGINT), {COPIED} FROM consents theirs
 WHERE theirs.id IN ({NEWEST.format(member="$2")})
   AND NOT EXISTS (SELECT 1 FROM consents mine WHERE mine.member_id = $1
     AND mine.purpose = theirs.purpose AND mine.id > theirs.id)
 ON CONFLICT (key, purpose) DO NOTHING
"""
# Where the newest word is still the one taken over: the one before it again, or what goes without
# saying: no, but for care.
GIVE_BACK = f"""
INSERT INTO consents (member_id, key, recorded_at, given,
                      follower_id, purpose, text_version, text_hash, channel)
SELECT CAST($1 AS BIGINT), CAST($3 AS TEXT), CAST($4 AS BIGINT),
       COALESCE((SELECT own.given FROM consents own
         WHERE own.member_id = $1 AND own.purpose = taken.purpose AND own.id < taken.id
         ORDER BY own.id DESC LIMIT 1), taken.purpose = 'care'),
       taken.follower_id, taken.purpose, taken.text_version, taken.text_hash, taken.channel
  FROM consents taken WHERE taken.key = $2 AND taken.id IN ({NEWEST.format(member="$1")})
 ON CONFLICT (key, purpose) DO NOTHING
"""


async def take_over_consents(kept_id: int, merged_id: int, *, key: str, now: datetime) -> None:
    await change(TAKE_OVER, kept_id, merged_id, key, to_ms(now))


async def give_consents_back(kept_id: int, *, taken_key: str, key: str, now: datetime) -> None:
    await change(GIVE_BACK, kept_id, taken_key, key, to_ms(now))
