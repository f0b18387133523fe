-- Days that a job which looks for slow scans knows, and what sources tried on them: distinct pairs of destination and port.
-- Sources that tried next to nothing have no row.
CREATE TABLE suspect_days (
    job_id text        NOT NULL,
    day    timestamptz NOT NULL,
    PRIMARY KEY (job_id, day)
);

CREATE TABLE suspect_sources (
    job_id    text        NOT NULL,
    day       timestamptz NOT NULL,
    source    inet        NOT NULL,
    is_inside boolean     NOT NULL,
    pairs     integer     NOT NULL,
    PRIMARY KEY (job_id, day, source)
);

-- The newest bucket that a job which finds suspects has looked at, and what it saw.
CREATE TABLE suspect_looks (
    job_id text        PRIMARY KEY,
    bucket timestamptz NOT NULL,
    at     timestamptz NOT NULL,
    judged integer     NOT NULL,
    found  integer     NOT NULL
);
