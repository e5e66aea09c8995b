-- Custody (保管): backups that were made, and the machines that may send from this database.

-- Only good ones: read back after they were written. The file's name, never its folder.
CREATE TABLE backups (
    id {id},
    key TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    size_bytes BIGINT NOT NULL CHECK (size_bytes > 0),
    row_count BIGINT NOT NULL CHECK (row_count >= 0),
    digest TEXT NOT NULL
);
{append_only backups}

-- A copy of the database that is started elsewhere meets a machine it does not know.
CREATE TABLE installation_marks (
    id {id},
    mark_hash TEXT NOT NULL UNIQUE,
    first_seen_at BIGINT NOT NULL
);
{append_only installation_marks}
