-- What pages read of buckets, made from flows: nothing here is added to, all of it is made anew when flows change.

-- The largest values of a dimension in a span of 15, 60 or 1,440 minutes of a firewall, or of all (firewall 0). A span
-- without denies has no row.
CREATE TABLE rollups (
    firewall_id integer     NOT NULL,
    dimension   smallint    NOT NULL,
    span        smallint    NOT NULL,
    at          timestamptz NOT NULL,
    total       bigint      NOT NULL,
    vals        text[]      NOT NULL,   -- largest first
    counts      bigint[]    NOT NULL,
    distincts   integer     NOT NULL,   -- values in all; of folded sources as intake estimated them
    entropy     real        NOT NULL,   -- normalised: 0 one value, 1 all alike
    PRIMARY KEY (firewall_id, dimension, span, at)
);

-- Spans whose flows changed: appended with the counts, claimed by the task that makes their rollups anew. No key, so that
-- counting never waits for that task.
CREATE TABLE stale_rollups (
    span        smallint    NOT NULL,
    at          timestamptz NOT NULL,
    firewall_id integer     NOT NULL,
    marked_at   timestamptz NOT NULL DEFAULT now()
);

-- When a firewall rule first denied something, to the quarter of an hour.
CREATE TABLE rules_seen (
    firewall_id integer     NOT NULL,
    rule        text        NOT NULL,
    first_at    timestamptz NOT NULL,
    PRIMARY KEY (firewall_id, rule)
);
CREATE INDEX rules_seen_first_at ON rules_seen (first_at);

-- What people write at a time.
CREATE TABLE annotations (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    "from"     timestamptz NOT NULL,
    "to"       timestamptz,              -- null for a moment
    text       text        NOT NULL,
    by         text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX annotations_from ON annotations ("from");
