-- What came of it (成效): what people write back within two days of something they were sent.

CREATE TABLE message_replies (
    id {id},
    key TEXT NOT NULL UNIQUE,
    broadcast_id BIGINT REFERENCES broadcasts (id),
    campaign TEXT,
    follower_id BIGINT NOT NULL REFERENCES followers (id),
    member_id BIGINT NOT NULL REFERENCES members (id),
    text_sealed {bytes},
    is_unhappy BOOLEAN NOT NULL,
    ticket_id BIGINT REFERENCES tickets (id),
    written_at BIGINT NOT NULL,
    CHECK ((broadcast_id IS NULL) <> (campaign IS NULL))
);
CREATE INDEX message_replies_broadcast ON message_replies (broadcast_id, id)
    WHERE broadcast_id IS NOT NULL;
CREATE INDEX message_replies_campaign ON message_replies (campaign, id)
    WHERE campaign IS NOT NULL;
CREATE INDEX message_replies_member ON message_replies (member_id);
