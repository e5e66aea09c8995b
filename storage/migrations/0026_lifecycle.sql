-- Lifecycle (生命周期): how often each member comes, the stage they are in, and RFM scores.

CREATE TABLE member_rhythms (
    member_id BIGINT PRIMARY KEY REFERENCES members (id),
    -- Days with a purchase that was not given back, each store by itself.
    visits INTEGER NOT NULL CHECK (visits >= 0),
    first_on TEXT,
    last_on TEXT,
    -- Since when they are back, after having been dormant or lost.
    back_on TEXT,
    -- Days from one visit to the next; NULL with fewer than three.
    median_days INTEGER CHECK (median_days > 0),
    stage TEXT NOT NULL CHECK
        (stage IN ('prospect', 'new', 'active', 'cooling', 'dormant', 'lost', 'regained')),
    stage_since TEXT NOT NULL,
    -- The day on which the stage changes where nobody comes until then.
    next_on TEXT
);
CREATE INDEX member_rhythms_stage ON member_rhythms (stage);
CREATE INDEX member_rhythms_next ON member_rhythms (next_on) WHERE next_on IS NOT NULL;

CREATE TABLE stage_changes (
    id {id},
    member_id BIGINT NOT NULL REFERENCES members (id),
    from_stage TEXT,
    to_stage TEXT NOT NULL,
    cause TEXT NOT NULL CHECK (cause IN ('joined', 'purchase', 'refund', 'quiet', 'terms')),
    -- JSON: what explains it.
    facts TEXT NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE INDEX stage_changes_member ON stage_changes (member_id, id);
{append_only stage_changes}

-- Up to where members and their ledger have been looked at.
CREATE TABLE lifecycle_marks (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    member_id BIGINT NOT NULL,
    transaction_id BIGINT NOT NULL
);

-- Scores 1 to 5 by percentile among those who bought in the last twelve months.
CREATE TABLE rfm_scores (
    member_id BIGINT PRIMARY KEY REFERENCES members (id),
    r INTEGER NOT NULL CHECK (r BETWEEN 1 AND 5),
    f INTEGER NOT NULL CHECK (f BETWEEN 1 AND 5),
    m INTEGER NOT NULL CHECK (m BETWEEN 1 AND 5),
    name TEXT NOT NULL CHECK
        (name IN ('champion', 'loyal', 'promising', 'at_risk', 'hibernating', 'lost', 'steady')),
    scored_on TEXT NOT NULL
);
CREATE INDEX rfm_scores_name ON rfm_scores (name);
