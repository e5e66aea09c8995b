-- Campaigns (营销活动) at work: whom each treated, what waits, what it has cost, what people said.

-- Keyed digest of calendar, month and day, so that a day's birthdays are found without the day.
ALTER TABLE members ADD COLUMN birthday_index TEXT;
CREATE INDEX members_birthday ON members (birthday_index, id) WHERE birthday_index IS NOT NULL;

-- What staff have said of a campaign; stock and spent budget are counters.
CREATE TABLE campaign_states (
    id {id},
    campaign TEXT NOT NULL UNIQUE,
    -- What second persons have added to the budget of the terms.
    extra_fen BIGINT NOT NULL DEFAULT 0 CHECK (extra_fen >= 0),
    stopped_at BIGINT,
    -- Digest of the terms a second person has said yes to.
    approved TEXT,
    -- The budget at which staff were asked for more.
    asked_at_fen BIGINT
);

-- Each person once a campaign and period, whatever became of it.
CREATE TABLE campaign_effects (
    id {id},
    campaign TEXT NOT NULL,
    version BIGINT NOT NULL,
    member_id BIGINT NOT NULL REFERENCES members (id),
    period TEXT NOT NULL,
    what TEXT NOT NULL
        CHECK (what IN ('treated', 'held_out', 'waiting', 'out_of_stock', 'over_budget')),
    cost_fen BIGINT NOT NULL DEFAULT 0 CHECK (cost_fen >= 0),
    done_at BIGINT NOT NULL,
    UNIQUE (campaign, member_id, period)
);
CREATE INDEX campaign_effects_what ON campaign_effects (campaign, what, id);
CREATE INDEX campaign_effects_waiting ON campaign_effects (done_at) WHERE what = 'waiting';
CREATE INDEX campaign_effects_member ON campaign_effects (member_id);
{no_delete campaign_effects}

-- Something happened that a campaign answers (线索), now or some days later; gone once it has.
CREATE TABLE campaign_cues (
    id {id},
    key TEXT NOT NULL UNIQUE,
    campaign TEXT NOT NULL,
    member_id BIGINT NOT NULL REFERENCES members (id),
    store_id BIGINT REFERENCES stores (id),
    -- JSON: what it was about.
    facts TEXT NOT NULL,
    happened_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL
);
CREATE INDEX campaign_cues_due ON campaign_cues (due_at, id);
CREATE INDEX campaign_cues_member ON campaign_cues (member_id);

-- A campaign by time goes through its people in the order of their numbers, once a planned time.
CREATE TABLE campaign_runs (
    id {id},
    campaign TEXT NOT NULL,
    planned_at BIGINT NOT NULL,
    after_id BIGINT NOT NULL DEFAULT 0,
    tries INTEGER NOT NULL DEFAULT 0,
    done_at BIGINT,
    UNIQUE (campaign, planned_at)
);

-- The answer to a campaign's question (回访); the first one counts.
CREATE TABLE campaign_answers (
    id {id},
    key TEXT NOT NULL UNIQUE,
    effect_id BIGINT NOT NULL UNIQUE REFERENCES campaign_effects (id),
    member_id BIGINT NOT NULL REFERENCES members (id),
    answer TEXT NOT NULL,
    is_bad BOOLEAN NOT NULL,
    answered_at BIGINT NOT NULL
);
CREATE INDEX campaign_answers_member ON campaign_answers (member_id);

-- What a member who agreed to marketing looked at in the mini-program (浏览).
CREATE TABLE product_views (
    id {id},
    member_id BIGINT NOT NULL REFERENCES members (id),
    sku TEXT NOT NULL,
    category TEXT NOT NULL,
    viewed_on TEXT NOT NULL,
    viewed_at BIGINT NOT NULL,
    UNIQUE (member_id, sku, category, viewed_on)
);

-- What a purchase stops, found while somebody waits at a counter.
CREATE INDEX outbox_stopping ON outbox (member_id)
    WHERE state = 'queued' AND campaign IS NOT NULL;
