-- Tags that calls of subscription accounts went by (群发标签): a row as long as WeChat has it. Each
-- try of a call has its own, and an account has but a hundred.
CREATE TABLE mass_tags (
    id {id},
    batch_id BIGINT NOT NULL REFERENCES mass_batches (id),
    account TEXT NOT NULL,
    tag_id BIGINT NOT NULL,
    made_at BIGINT NOT NULL
);
CREATE INDEX mass_tags_account ON mass_tags (account, id);
CREATE INDEX mass_tags_batch ON mass_tags (batch_id);
INSERT INTO mass_tags (batch_id, account, tag_id, made_at)
    SELECT id, account, platform_tag, created_at FROM mass_batches WHERE platform_tag IS NOT NULL;
ALTER TABLE mass_batches DROP COLUMN platform_tag;
