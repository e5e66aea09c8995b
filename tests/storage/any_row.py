"""Any row of a table (任一行), as SQL, for rows that have to name one."""

MEMBER = "(SELECT MIN(id) FROM members)"
FOLLOWER = "(SELECT MIN(id) FROM followers)"
TILL = "(SELECT MIN(id) FROM tills)"
PURCHASE = "(SELECT MIN(id) FROM purchases)"
LOT = "(SELECT MIN(id) FROM lots)"
COUPON = "(SELECT MIN(id) FROM coupons)"
POSTING = "(SELECT MIN(id) FROM ledger_transactions)"
MERGE = "(SELECT MIN(id) FROM member_merges)"
# Bytes, whatever the database calls them.
SEALED = "(SELECT key_sealed FROM till_keys LIMIT 1)"
