-- People (人): followers, members, consents and open dialogues.

CREATE TABLE members (
    id {id},
    member_no TEXT UNIQUE,
    state TEXT NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'closed')),
    joined_at BIGINT NOT NULL,
    join_key TEXT NOT NULL UNIQUE,
    home_store_id BIGINT REFERENCES stores (id),
    name_sealed {bytes},
    phone_sealed {bytes},
    phone_index TEXT,
    phone_verified_at BIGINT,
    birthday_sealed {bytes}
);

-- Anyone can type any number: only a verified phone belongs to one member alone.
CREATE UNIQUE INDEX members_phone ON members (phone_index) WHERE phone_verified_at IS NOT NULL;

CREATE TABLE followers (
    id {id},
    account TEXT NOT NULL,
    openid TEXT NOT NULL,
    unionid TEXT,
    member_id BIGINT REFERENCES members (id),
    follows BOOLEAN NOT NULL,
    changed_at BIGINT NOT NULL,
    source TEXT,
    first_seen_at BIGINT NOT NULL,
    UNIQUE (account, openid)
);
CREATE INDEX followers_member ON followers (member_id);

-- What people agreed to, word for word: a hash alone proves nothing once the file has changed.
CREATE TABLE consent_texts (
    text_hash TEXT PRIMARY KEY,
    text TEXT NOT NULL,
    first_used_at BIGINT NOT NULL
);
{append_only consent_texts}

CREATE TABLE consents (
    id {id},
    follower_id BIGINT NOT NULL REFERENCES followers (id),
    member_id BIGINT REFERENCES members (id),
    purpose TEXT NOT NULL,
    given BOOLEAN NOT NULL,
    text_version TEXT NOT NULL,
    text_hash TEXT NOT NULL REFERENCES consent_texts (text_hash),
    channel TEXT NOT NULL,
    key TEXT NOT NULL,
    recorded_at BIGINT NOT NULL,
    UNIQUE (key, purpose)
);
CREATE INDEX consents_member ON consents (member_id, purpose, id);
{append_only consents}

-- One open dialogue a person. `prior` and `step_key` let a repeated message take its step again.
CREATE TABLE dialogues (
    follower_id BIGINT PRIMARY KEY REFERENCES followers (id),
    progress TEXT,
    prior TEXT,
    step_key TEXT NOT NULL,
    changed_at BIGINT NOT NULL
);
