-- A planner that has seen no claim without a purchase would look through all that wait for one,
-- were they in this index: an upload looks for its claim among them.
DROP INDEX claims_purchase;
CREATE INDEX claims_purchase ON claims (purchase_id) WHERE purchase_id IS NOT NULL;

-- Likewise, whoever asks for the pending claims of one member must not find everybody's here.
DROP INDEX claims_due;
CREATE INDEX claims_due ON claims (due_at) WHERE due_at IS NOT NULL;

-- And whoever writes a result by a message's id must not walk through all that are being sent: in
-- a large broadcast most of those entries are of rows that have long been sent.
DROP INDEX outbox_leases;
CREATE INDEX outbox_leases ON outbox (lease_until) WHERE lease_until IS NOT NULL;
