-- A planner that has seen no claim without a purchase would look through all that wait for one,
-- were they in this index: an upload looks for its claim among them.
DROP INDEX claims_purchase;
CREATE INDEX claims_purchase ON claims (purchase_id) WHERE purchase_id IS NOT NULL;
