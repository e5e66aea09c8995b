-- Phones (手机号): proofs that a number is a member's own, and who is logged in to a mini-program.

-- A proof begins with a code by SMS, or comes from the platform. `key` is what asked for it,
-- `done_key` what proved the number, `chosen_key` what settled whose it is. The code itself is
-- made anew from `key` under a key of the ring, and stands nowhere.
CREATE TABLE phone_codes (
    id {id},
    key TEXT NOT NULL UNIQUE,
    follower_id BIGINT NOT NULL REFERENCES followers (id),
    member_id BIGINT NOT NULL REFERENCES members (id),
    purpose TEXT NOT NULL CHECK (purpose IN ('sms', 'platform')),
    phone_sealed {bytes},
    phone_index TEXT NOT NULL,
    -- 'proven': it is another member's too, and the person has to say what shall happen.
    state TEXT NOT NULL CHECK (state IN ('open', 'proven', 'used', 'dead')),
    tries INTEGER NOT NULL DEFAULT 0 CHECK (tries >= 0),
    -- The last message with a wrong code: delivered again, it is no further try.
    try_key TEXT,
    done_key TEXT UNIQUE,
    chosen_key TEXT UNIQUE,
    told TEXT,
    expires_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX phone_codes_number ON phone_codes (phone_index, created_at);
CREATE INDEX phone_codes_member ON phone_codes (member_id, created_at);
CREATE UNIQUE INDEX phone_codes_one_waiting ON phone_codes (member_id)
    WHERE state IN ('open', 'proven');

-- A login replaces the one before it; a session that is gone is revoked.
CREATE TABLE mini_sessions (
    id {id},
    follower_id BIGINT NOT NULL UNIQUE REFERENCES followers (id),
    token_hash TEXT NOT NULL UNIQUE,
    expires_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE INDEX followers_unionid ON followers (unionid) WHERE unionid IS NOT NULL;
CREATE INDEX members_any_phone ON members (phone_index) WHERE phone_index IS NOT NULL;
