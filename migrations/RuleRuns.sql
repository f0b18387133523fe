-- What each run of a rule read, found, raised and took: kept for 30 days.
CREATE TABLE rule_runs (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    rule_id  uuid             NOT NULL,
    kind     text             NOT NULL, -- Look, Close, Rescore, Fill
    at       timestamptz      NOT NULL DEFAULT now(),
    series   integer          NOT NULL,
    buckets  integer          NOT NULL,
    above    integer          NOT NULL,
    raised   integer          NOT NULL,
    extended integer          NOT NULL,
    ended    integer          NOT NULL,
    took_ms  double precision NOT NULL,
    problem  text
);
CREATE INDEX rule_runs_by_rule ON rule_runs (rule_id, at DESC);

-- Stretches that a rule did not judge and somebody has it judge: asked for, worked on, over.
CREATE TABLE rule_fills (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    rule_id     uuid        NOT NULL,
    "from"      timestamptz NOT NULL,
    "to"        timestamptz NOT NULL,
    state       text        NOT NULL DEFAULT 'Waiting', -- Waiting, Running, Done, Cancelled, Failed
    asked_by    text        NOT NULL,
    why         text        NOT NULL,
    asked_at    timestamptz NOT NULL DEFAULT now(),
    ended_at    timestamptz,
    series      integer     NOT NULL DEFAULT 0,
    done        integer     NOT NULL DEFAULT 0,
    last_series integer     NOT NULL DEFAULT 0, -- those up to it are judged: a killed worker's successor goes on there
    raised      integer     NOT NULL DEFAULT 0,
    problem     text
);
CREATE UNIQUE INDEX rule_fills_at_work ON rule_fills (rule_id) WHERE state IN ('Waiting', 'Running');
