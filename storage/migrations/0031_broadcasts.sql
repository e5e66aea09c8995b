-- Group sends (群发): the rehearsal (预演) before one, who works on one, and what came of it.

-- JSON: what a rehearsal has counted, how far it has come by members.id, and when it was through.
ALTER TABLE broadcasts ADD COLUMN rehearsal TEXT;
ALTER TABLE broadcasts ADD COLUMN rehearsed_through BIGINT NOT NULL DEFAULT 0;
ALTER TABLE broadcasts ADD COLUMN rehearsed_at BIGINT;
-- Set while a rehearsal goes on that somebody is waiting for.
ALTER TABLE broadcasts ADD COLUMN tells_rehearsal BOOLEAN NOT NULL DEFAULT FALSE;
-- The process that is at it, by the machine's clock.
ALTER TABLE broadcasts ADD COLUMN worker TEXT;
ALTER TABLE broadcasts ADD COLUMN worker_until BIGINT NOT NULL DEFAULT 0;
-- JSON: the figures at its end, which outlive the rows they were counted from.
ALTER TABLE broadcasts ADD COLUMN figures TEXT;

CREATE INDEX broadcasts_going ON broadcasts (id) WHERE state IN ('running', 'paused');
