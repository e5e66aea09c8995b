-- Audiences (人群): saved filters, tags with their reasons, and what the filters look through.

-- A saved filter in all its versions: the newest holds, and a dropped one is no more.
CREATE TABLE segments (
    id {id},
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    text TEXT NOT NULL,
    -- JSON: the filter as it was read.
    data TEXT NOT NULL,
    is_dropped BOOLEAN NOT NULL DEFAULT FALSE,
    staff_id BIGINT NOT NULL REFERENCES staff (id),
    key TEXT NOT NULL UNIQUE,
    saved_at BIGINT NOT NULL,
    UNIQUE (name, version)
);
{append_only segments}

-- A tag (标签) has one source: what staff or a campaign put there no rule takes away.
CREATE TABLE member_tags (
    id {id},
    member_id BIGINT NOT NULL REFERENCES members (id),
    tag TEXT NOT NULL,
    source TEXT NOT NULL CHECK (source IN ('rule', 'staff', 'campaign')),
    -- In words that the member may read.
    reason TEXT NOT NULL,
    tagged_at BIGINT NOT NULL,
    UNIQUE (member_id, tag)
);
CREATE INDEX member_tags_tag ON member_tags (tag, member_id);

-- What of a purchase stands for each category of goods (品类), refunds taken off.
CREATE TABLE purchase_categories (
    id {id},
    purchase_id BIGINT NOT NULL REFERENCES purchases (id),
    category TEXT NOT NULL,
    amount_fen BIGINT NOT NULL CHECK (amount_fen >= 0),
    UNIQUE (purchase_id, category)
);
CREATE INDEX purchase_categories_category ON purchase_categories (category, purchase_id);

-- A keyed index of details with few values, so that a sealed one can be asked for.
ALTER TABLE member_details ADD COLUMN value_index TEXT;
CREATE INDEX member_details_index ON member_details (name, value_index, member_id)
    WHERE value_index IS NOT NULL;
