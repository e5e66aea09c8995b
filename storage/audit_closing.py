"""Truths of who has left (注销对账): nothing personal, nobody linked, nothing that could be used.

Like storage.audit_ledger: every question must have an empty answer.
"""

from storage.audit_ledger import Truth

CLOSING_TRUTHS = (
    Truth(
        "closing_fault",
        """
SELECT 'member ' || m.id, 'has left and is still ' || m.state || ' or has a name, phone or birthday'
  FROM closings c JOIN members m ON m.id = c.member_id
 WHERE m.state <> 'closed' OR m.name_sealed IS NOT NULL OR m.phone_sealed IS NOT NULL
    OR m.phone_index IS NOT NULL OR m.birthday_sealed IS NOT NULL
""",
    ),
    Truth(
        "closing_fault",
        """
SELECT 'member ' || c.member_id, 'has left, but follower ' || f.id || ' is linked'
  FROM closings c JOIN followers f ON f.member_id = c.member_id
""",
    ),
    Truth(
        "closing_fault",
        """
SELECT 'member ' || c.member_id, 'has left, but a detail is kept: ' || d.name
  FROM closings c JOIN member_details d ON d.member_id = c.member_id
""",
    ),
)
