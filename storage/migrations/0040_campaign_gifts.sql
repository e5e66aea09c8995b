-- Whom an effect is bound to, and the purchase that set it off.

-- The follower who was answered (by a code, or at joining): leaving and joining again brings no
-- second one.
ALTER TABLE campaign_effects ADD COLUMN person_id BIGINT REFERENCES followers (id);
CREATE UNIQUE INDEX campaign_effects_person ON campaign_effects (campaign, person_id, period)
    WHERE person_id IS NOT NULL;

-- Whoever returns the whole purchase keeps nothing of what it brought.
ALTER TABLE campaign_effects ADD COLUMN purchase_id BIGINT REFERENCES purchases (id);
ALTER TABLE campaign_effects ADD COLUMN taken_back_at BIGINT;
CREATE INDEX campaign_effects_purchase ON campaign_effects (purchase_id)
    WHERE purchase_id IS NOT NULL;
