-- What WeChat told of a mass send whose number nobody here knew yet (群发结果先到): the worker that
-- made the call may have died, and whoever makes it again learns the number.
CREATE TABLE mass_news (
    id {id},
    account TEXT NOT NULL,
    platform_id TEXT NOT NULL,
    counts TEXT NOT NULL,
    failed TEXT,
    heard_at BIGINT NOT NULL,
    UNIQUE (account, platform_id)
);
