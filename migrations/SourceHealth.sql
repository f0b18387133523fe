-- When each task of the timetable last came to its end: what tells that no worker looks any more.
CREATE TABLE task_runs (
    task     text        PRIMARY KEY,
    ended_at timestamptz NOT NULL
);

-- Stretches without a line that are long enough to matter, by receive time: a source's rhythm is learnt from them.
CREATE TABLE source_silences (
    data_source_id integer     NOT NULL,
    started_at     timestamptz NOT NULL,
    ended_at       timestamptz NOT NULL,
    PRIMARY KEY (data_source_id, started_at)
);
