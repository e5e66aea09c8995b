-- The shop (商家): one installation, one brand, its regions, stores, tills and versioned rules.

CREATE TABLE installation (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    code TEXT NOT NULL,
    clock_offset_ms BIGINT NOT NULL DEFAULT 0 CHECK (clock_offset_ms >= 0),
    rules_version BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE brands (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    mode TEXT NOT NULL CHECK (mode IN ('central', 'local', 'hybrid'))
);

CREATE TABLE regions (
    id {id},
    code TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL
);

CREATE TABLE stores (
    id {id},
    code TEXT NOT NULL UNIQUE,
    region_id BIGINT NOT NULL REFERENCES regions (id),
    name TEXT NOT NULL
);

-- The id is the till_no inside receipt tokens: three bytes.
CREATE TABLE tills (
    id {id},
    code TEXT NOT NULL UNIQUE,
    store_id BIGINT NOT NULL REFERENCES stores (id),
    CHECK (id BETWEEN 1 AND 16777215)
);

CREATE TABLE till_keys (
    id {id},
    till_id BIGINT NOT NULL REFERENCES tills (id),
    epoch INTEGER NOT NULL CHECK (epoch BETWEEN 0 AND 255),
    key_sealed {bytes} NOT NULL,
    signs_requests BOOLEAN NOT NULL,
    enrolled_at BIGINT NOT NULL,
    UNIQUE (till_id, epoch)
);
CREATE UNIQUE INDEX till_keys_one_signs ON till_keys (till_id) WHERE signs_requests;

-- Points policy, tier ladder, coupon kinds, campaigns: data with versions.
CREATE TABLE rules (
    id {id},
    kind TEXT NOT NULL,
    code TEXT NOT NULL,
    version INTEGER NOT NULL,
    body TEXT NOT NULL,
    starts_at BIGINT NOT NULL,
    UNIQUE (kind, code, version)
);

CREATE TABLE job_runs (
    id {id},
    job TEXT NOT NULL,
    planned_at BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('running', 'done', 'failed', 'skipped')),
    worker TEXT NOT NULL,
    fence INTEGER NOT NULL DEFAULT 1,
    lease_until BIGINT NOT NULL,
    finished_at BIGINT,
    result TEXT,
    UNIQUE (job, planned_at)
);
