-- Details (资料) beyond phone, name and birthday, how fresh each one is, and staff training.

CREATE TABLE member_details (
    id {id},
    member_id BIGINT NOT NULL REFERENCES members (id),
    name TEXT NOT NULL CHECK (name IN
        ('gender', 'email', 'address', 'work_address', 'district', 'housing')),
    value_sealed {bytes} NOT NULL,
    changed_at BIGINT NOT NULL,
    changed_by TEXT NOT NULL,
    UNIQUE (member_id, name)
);

-- When somebody last said that a detail is right, when we last asked, since when nothing arrives.
-- `asked_key` is what was answered with the question: the same again asks again.
CREATE TABLE detail_marks (
    id {id},
    member_id BIGINT NOT NULL REFERENCES members (id),
    name TEXT NOT NULL,
    verified_on TEXT,
    asked_on TEXT,
    asked_key TEXT,
    bounced_on TEXT,
    UNIQUE (member_id, name)
);

-- Who changed or confirmed what and when; never the value.
CREATE TABLE detail_changes (
    id {id},
    member_id BIGINT NOT NULL REFERENCES members (id),
    name TEXT NOT NULL,
    what TEXT NOT NULL CHECK (what IN ('set', 'emptied', 'confirmed')),
    changed_by TEXT NOT NULL,
    changed_at BIGINT NOT NULL,
    key TEXT NOT NULL,
    UNIQUE (key, name)
);
CREATE INDEX detail_changes_member ON detail_changes (member_id, id);
{append_only detail_changes}

-- The districts (区县) of a region as a JSON list: a member's district tells the region.
ALTER TABLE regions ADD COLUMN districts TEXT NOT NULL DEFAULT '[]';

-- Who has passed the staff quiz (员工培训), and through which day that holds.
CREATE TABLE training_passes (
    id {id},
    key TEXT NOT NULL UNIQUE,
    staff_id BIGINT NOT NULL REFERENCES staff (id),
    quiz_version INTEGER NOT NULL,
    score INTEGER NOT NULL CHECK (score BETWEEN 0 AND 100),
    passed_at BIGINT NOT NULL,
    until TEXT NOT NULL
);
CREATE INDEX training_passes_staff ON training_passes (staff_id, id);
{append_only training_passes}
