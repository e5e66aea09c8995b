-- Messages (消息) lie sealed, bound to their key: an answer to staff may hold a phone number in
-- full. Rows from before keep their text in `content` until it is blanked.

ALTER TABLE outbox ADD COLUMN content_sealed {bytes}
    CHECK (content_sealed IS NULL OR content = '');
