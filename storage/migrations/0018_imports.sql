-- Imports (导入): members who come from an older system, store by store, and who may be whom.

-- On which basis the shop keeps what a run brings along stands word for word in consent_texts.
CREATE TABLE import_runs (
    id {id},
    store_id BIGINT NOT NULL REFERENCES stores (id),
    file_digest TEXT NOT NULL,
    basis_hash TEXT NOT NULL REFERENCES consent_texts (text_hash),
    -- 'replaced': it stopped, or was overtaken by another run of the store.
    state TEXT NOT NULL CHECK (state IN ('running', 'done', 'replaced')),
    -- Up to which line of the file: a batch that is written again changes nothing.
    last_line BIGINT NOT NULL DEFAULT 0,
    added BIGINT NOT NULL DEFAULT 0,
    filled BIGINT NOT NULL DEFAULT 0,
    unchanged BIGINT NOT NULL DEFAULT 0,
    rejected BIGINT NOT NULL DEFAULT 0,
    duplicates BIGINT NOT NULL DEFAULT 0,
    started_at BIGINT NOT NULL,
    finished_at BIGINT
);
CREATE UNIQUE INDEX import_runs_running ON import_runs (store_id) WHERE state = 'running';
{no_delete import_runs}

-- A number of the older system may be a phone number, so only its blind index is kept. The row
-- stays when the member leaves: the same file again must not bring anybody back.
CREATE TABLE imported_members (
    id {id},
    run_id BIGINT NOT NULL REFERENCES import_runs (id),
    store_id BIGINT NOT NULL REFERENCES stores (id),
    external_index TEXT NOT NULL,
    member_id BIGINT NOT NULL UNIQUE REFERENCES members (id),
    UNIQUE (store_id, external_index)
);
{append_only imported_members}

-- Two memberships with one phone number; staff merge them, or say that it is not one person.
CREATE TABLE duplicate_reviews (
    id {id},
    member_id BIGINT NOT NULL REFERENCES members (id),
    other_id BIGINT NOT NULL REFERENCES members (id),
    why TEXT NOT NULL CHECK (why IN ('phone')),
    run_id BIGINT NOT NULL REFERENCES import_runs (id),
    state TEXT NOT NULL CHECK (state IN ('open', 'dismissed')),
    found_at BIGINT NOT NULL,
    decided_by BIGINT REFERENCES staff (id),
    decided_at BIGINT,
    decided_key TEXT UNIQUE,
    UNIQUE (member_id, other_id),
    CHECK (other_id < member_id)
);
CREATE INDEX duplicate_reviews_open ON duplicate_reviews (id) WHERE state = 'open';
CREATE INDEX duplicate_reviews_other ON duplicate_reviews (other_id);
{no_delete duplicate_reviews}
