-- Every posting of the brand has entries on the same few counter-accounts. PostgreSQL locks the row
-- a foreign key names, so everybody shared locks of those rows; accounts stay for ever instead.
{unchecked ledger_entries account_id}
{no_delete ledger_accounts}
