-- An entry gift ends in two steps: `undone_on` when the purchase that brought it was returned, and
-- `taken_back_on` once nothing of it is left with anybody. Until then it counts as given.
ALTER TABLE tier_gifts ADD COLUMN undone_on TEXT;
UPDATE tier_gifts SET undone_on = taken_back_on;
