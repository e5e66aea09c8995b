-- Reach (权限范围): staff of the brand, of a region or of one store; what a person still has to hear.

ALTER TABLE staff_invitations ADD COLUMN region_id BIGINT REFERENCES regions (id);
ALTER TABLE staff_invitations ADD COLUMN invited_by BIGINT REFERENCES staff (id);
ALTER TABLE staff ADD COLUMN region_id BIGINT REFERENCES regions (id);

-- What could not be delivered is said first at the next contact.
CREATE TABLE waiting_lines (
    id {id},
    key TEXT NOT NULL UNIQUE,
    follower_id BIGINT NOT NULL REFERENCES followers (id),
    text_sealed {bytes},
    created_at BIGINT NOT NULL,
    told_key TEXT,
    told_at BIGINT
);
CREATE INDEX waiting_lines_follower ON waiting_lines (follower_id) WHERE told_at IS NULL;
-- So that nobody without waiting lines costs a read.
ALTER TABLE followers ADD COLUMN has_waiting BOOLEAN NOT NULL DEFAULT FALSE;

-- 'first_line': if it cannot be delivered, it becomes a waiting line.
ALTER TABLE outbox ADD COLUMN otherwise TEXT CHECK (otherwise IN ('first_line'));

-- Since when nothing is sent (暂停发送): after a restore, or by an owner's word.
ALTER TABLE installation ADD COLUMN sending_paused_at BIGINT;
ALTER TABLE installation ADD COLUMN sending_paused_why TEXT;

-- The region a member lives in, where the district tells it; whom a merged member became.
ALTER TABLE members ADD COLUMN region_id BIGINT REFERENCES regions (id);
ALTER TABLE members ADD COLUMN merged_into BIGINT REFERENCES members (id);
