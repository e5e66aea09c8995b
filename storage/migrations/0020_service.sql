-- Service around tickets (服务): pictures sent along, told improvements, what keeps coming up.

-- When the owners were told that an answer is long overdue; of what is due now only if it came
-- after escalated_at, which starts anew with every answer that is due.
ALTER TABLE tickets ADD COLUMN owners_told_at BIGINT;
-- Whoever asked has left (注销): they are told nothing more.
ALTER TABLE tickets ADD COLUMN asker_left BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX tickets_due ON tickets (id) WHERE due_at IS NOT NULL;
CREATE INDEX tickets_topic ON tickets (topic, created_at) WHERE topic IS NOT NULL;

-- A picture of a ticket. WeChat keeps it for three days; we fetch it once and keep it sealed.
CREATE TABLE ticket_pictures (
    id {id},
    key TEXT NOT NULL UNIQUE,
    ticket_id BIGINT NOT NULL REFERENCES tickets (id),
    media_id TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('wanted', 'kept', 'lost', 'erased')),
    kind TEXT CHECK (kind IN ('png', 'jpeg')),
    bytes_sealed {bytes},
    created_at BIGINT NOT NULL,
    CHECK ((state = 'kept') = (bytes_sealed IS NOT NULL))
);
CREATE INDEX ticket_pictures_ticket ON ticket_pictures (ticket_id, id);
{no_delete ticket_pictures}

-- An improvement (改进) told to whoever asked for it, in the words everybody got.
CREATE TABLE announcements (
    id {id},
    key TEXT NOT NULL UNIQUE,
    staff_id BIGINT NOT NULL REFERENCES staff (id),
    text TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
{append_only announcements}

-- Which tickets it answers, each with the key of the message its person got; people who asked
-- twice get one.
CREATE TABLE announcement_tickets (
    id {id},
    announcement_id BIGINT NOT NULL REFERENCES announcements (id),
    ticket_id BIGINT NOT NULL REFERENCES tickets (id),
    message_key TEXT NOT NULL,
    UNIQUE (announcement_id, ticket_id)
);
{append_only announcement_tickets}
