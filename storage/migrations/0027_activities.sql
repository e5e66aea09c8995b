-- Activities (活动): what the shop invites to, who has a seat or waits for one, who came.

-- One row an activity of the shop file, for ever: its id is the number people type.
CREATE TABLE activities (
    id {id},
    code TEXT NOT NULL UNIQUE,
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    signup_until BIGINT NOT NULL,
    place TEXT NOT NULL,
    -- NULL: as many as come.
    seats BIGINT CHECK (seats > 0),
    has_waiting BOOLEAN NOT NULL,
    taken BIGINT NOT NULL DEFAULT 0 CHECK (taken >= 0),
    -- The last number that was given on the waiting list.
    queued BIGINT NOT NULL DEFAULT 0,
    -- How often time or place has changed.
    turn BIGINT NOT NULL DEFAULT 0,
    cancelled_at BIGINT,
    cancelled_why TEXT,
    loaded_at BIGINT NOT NULL,
    CHECK (ends_at > starts_at)
);
CREATE INDEX activities_ends ON activities (ends_at);
{no_delete activities}

-- A member's place (报名); `queue_no` orders those who wait.
CREATE TABLE activity_signups (
    id {id},
    activity_id BIGINT NOT NULL REFERENCES activities (id),
    member_id BIGINT NOT NULL REFERENCES members (id),
    state TEXT NOT NULL CHECK (state IN ('seated', 'waiting', 'cancelled', 'attended', 'no_show')),
    queue_no BIGINT,
    signed_at BIGINT NOT NULL,
    attended_at BIGINT,
    -- Two questions afterwards: how it was, and whether the member would come again.
    score INTEGER CHECK (score BETWEEN 1 AND 5),
    comes_again BOOLEAN,
    UNIQUE (activity_id, member_id)
);
CREATE INDEX activity_signups_member ON activity_signups (member_id);
CREATE INDEX activity_signups_queue ON activity_signups (activity_id, queue_no)
    WHERE state = 'waiting';
{no_delete activity_signups}

-- Every step of a sign-up, once a message; `told` is what a repeat of it hears.
CREATE TABLE activity_steps (
    id {id},
    key TEXT NOT NULL UNIQUE,
    signup_id BIGINT NOT NULL REFERENCES activity_signups (id),
    step TEXT NOT NULL CHECK (step IN ('signed', 'cancelled', 'moved_up', 'attended')),
    told TEXT NOT NULL,
    staff_id BIGINT REFERENCES staff (id),
    at BIGINT NOT NULL
);
CREATE INDEX activity_steps_signup ON activity_steps (signup_id);
{append_only activity_steps}

-- What is done for everybody of an activity at its time, in batches by member number.
CREATE TABLE activity_tasks (
    id {id},
    activity_id BIGINT NOT NULL REFERENCES activities (id),
    what TEXT NOT NULL CHECK
        (what IN ('published', 'changed', 'reminder', 'cancelled', 'seats', 'ended')),
    turn BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    after_id BIGINT NOT NULL DEFAULT 0,
    done_at BIGINT,
    UNIQUE (activity_id, what, turn)
);
CREATE INDEX activity_tasks_due ON activity_tasks (due_at) WHERE done_at IS NULL;
