-- Job runs (任务运行): the hour of the shop they were planned for, what failed, why one was left out.

-- The local time that the job's schedule names, with its offset; planned_at is the same instant.
ALTER TABLE job_runs ADD COLUMN planned_local TEXT;
ALTER TABLE job_runs ADD COLUMN begun_at BIGINT;
-- How many rows of its work failed, each by itself.
ALTER TABLE job_runs ADD COLUMN failures INTEGER NOT NULL DEFAULT 0 CHECK (failures >= 0);
ALTER TABLE job_runs ADD COLUMN reason TEXT CHECK (reason IN ('superseded', 'too_late', 'not_yet'));

CREATE INDEX job_runs_open ON job_runs (job, planned_at) WHERE state = 'running';
