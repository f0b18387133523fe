-- What models noticed as they learnt: levels that moved, patterns, bursts that are expected. The system's annotations,
-- written with the records of the same buckets.
CREATE TABLE model_events (
    series_id integer     NOT NULL,
    at        timestamptz NOT NULL,   -- start of the bucket that made it certain
    kind      smallint    NOT NULL,
    text      text        NOT NULL,
    PRIMARY KEY (series_id, at, kind)
);
CREATE INDEX model_events_at ON model_events (at);
