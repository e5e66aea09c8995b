-- Lines of campaigns (营销队列): what a run of a campaign says to all alike stands in a line of its
-- own, from which mass sends are gathered as from a group send's.
ALTER TABLE broadcasts ADD COLUMN campaign TEXT;
