-- Approvals (批准): what an operator asks for at the command line and an owner says yes to in chat.

-- The code is shown to the operator only. What was approved is what runs, once: `content_hash`.
CREATE TABLE operator_requests (
    id {id},
    code_hash TEXT NOT NULL,
    what TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    summary TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'approved', 'used', 'dead')),
    asked_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    approved_by BIGINT REFERENCES staff (id),
    approved_at BIGINT,
    used_at BIGINT
);
CREATE INDEX operator_requests_code ON operator_requests (code_hash);
CREATE INDEX operator_requests_content ON operator_requests (what, content_hash);
{no_delete operator_requests}
