-- Tables that machines write. One batch is one transaction; see ARCHITECTURE.md, "Storage".

CREATE TABLE batches (
    id          uuid PRIMARY KEY,
    node_id     uuid        NOT NULL,
    sender      text        NOT NULL,
    received_at timestamptz NOT NULL,
    events      bigint      NOT NULL,
    denied      bigint      NOT NULL,
    part_key    text UNIQUE,            -- an import's part: counted once, whatever is sent again
    answer      smallint    NOT NULL,   -- 0 not known to be sent, 1 sent, 2 known not to be sent
    line_hashes bigint[]                -- what an unanswered batch held, one hash a line
);
CREATE INDEX batches_unanswered ON batches (sender) WHERE answer <> 1;
CREATE INDEX batches_received_at ON batches USING brin (received_at);

CREATE AGGREGATE array_cat_agg(smallint[]) (SFUNC = array_cat, STYPE = smallint[], INITCOND = '{}');

CREATE TABLE flow_columns (
    slice               timestamptz NOT NULL,
    data_source_id      integer     NOT NULL,
    firewall_id         integer     NOT NULL,
    source              inet,
    destination         inet,
    destination_port    integer,
    transport           text,
    rule                text,
    direction           smallint    NOT NULL,
    source_country      text,
    source_as           bigint,
    destination_country text,
    destination_as      bigint,
    site                text,
    count               bigint      NOT NULL,
    packets             bigint,
    sources             integer     NOT NULL,
    first_at            timestamptz NOT NULL,
    last_at             timestamptz NOT NULL,
    offsets             smallint[]  NOT NULL
);

CREATE TABLE recent_flows (LIKE flow_columns INCLUDING ALL, received_at timestamptz NOT NULL, batch_id uuid NOT NULL)
    PARTITION BY RANGE (received_at);
CREATE INDEX ON recent_flows USING brin (slice);

CREATE TABLE flows (LIKE flow_columns INCLUDING ALL) PARTITION BY RANGE (slice);
CREATE INDEX ON flows USING brin (slice) WITH (pages_per_range = 32);

-- Imports of older logs: one partition, so that stray dates cannot make thousands.
CREATE TABLE flows_before_2025 PARTITION OF flows FOR VALUES FROM (MINVALUE) TO ('2025-01-01T00:00:00Z');

CREATE VIEW all_flows AS
    SELECT slice, data_source_id, firewall_id, source, destination, destination_port, transport, rule, direction,
           source_country, source_as, destination_country, destination_as, site, count, packets, sources,
           first_at, last_at, offsets
    FROM flows
    UNION ALL
    SELECT slice, data_source_id, firewall_id, source, destination, destination_port, transport, rule, direction,
           source_country, source_as, destination_country, destination_as, site, count, packets, sources,
           first_at, last_at, offsets
    FROM recent_flows;

DROP TABLE flow_columns;

CREATE TABLE raw_lines (
    received_at      timestamptz NOT NULL,
    slice            timestamptz NOT NULL,
    data_source_id   integer     NOT NULL,
    firewall_id      integer     NOT NULL,
    source           inet,
    destination      inet,
    destination_port integer,
    line             text        NOT NULL
) PARTITION BY RANGE (received_at);
CREATE INDEX ON raw_lines USING brin (slice);

-- Appended by every batch, claimed by the counting task: no key, so that writers never wait for each other.
CREATE TABLE dirty_slices (
    slice          timestamptz NOT NULL,
    firewall_id    integer     NOT NULL,
    data_source_id integer     NOT NULL
);

-- Denied attempts for a firewall and span of 5, 15, 60 or 1,440 minutes; recomputed, never added to.
CREATE TABLE counts (
    span        smallint    NOT NULL,
    at          timestamptz NOT NULL,
    firewall_id integer     NOT NULL,
    count       bigint      NOT NULL,
    packets     bigint,
    PRIMARY KEY (span, at, firewall_id)
);

-- Events of a source by verdict and 5-minute slice of event time: tells silence from zero denies.
CREATE TABLE source_slices (
    slice          timestamptz NOT NULL,
    data_source_id integer     NOT NULL,
    denied         bigint      NOT NULL,
    allowed        bigint      NOT NULL,
    unanswered     bigint      NOT NULL,
    none           bigint      NOT NULL,
    rejected       bigint      NOT NULL,
    PRIMARY KEY (slice, data_source_id)
);

CREATE TABLE records (
    series_id     integer     NOT NULL,
    bucket        timestamptz NOT NULL,
    revision      smallint    NOT NULL DEFAULT 0,
    actual        double precision,
    typical       double precision NOT NULL,
    lower         double precision NOT NULL,
    upper         double precision NOT NULL,
    probability   double precision NOT NULL,
    score         double precision NOT NULL,
    initial_score double precision NOT NULL,
    is_learning   boolean     NOT NULL,
    scored_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (series_id, bucket)
);
CREATE INDEX records_by_bucket ON records (bucket) WHERE score >= 3;

-- What a record said before a re-score: the current one stands in records.
CREATE TABLE record_revisions (
    series_id  integer     NOT NULL,
    bucket     timestamptz NOT NULL,
    revision   smallint    NOT NULL,
    actual     double precision,
    score      double precision NOT NULL,
    scored_at  timestamptz NOT NULL,
    PRIMARY KEY (series_id, bucket, revision)
);

CREATE TABLE model_snapshots (
    series_id   integer     NOT NULL,
    next_bucket timestamptz NOT NULL,
    state       bytea       NOT NULL,
    PRIMARY KEY (series_id, next_bucket)
);

-- A bucket that is still open, with the counts at which it crosses each band: frozen when it opens.
CREATE TABLE open_buckets (
    series_id   integer     NOT NULL,
    bucket      timestamptz NOT NULL,
    typical     double precision NOT NULL,
    lower       double precision NOT NULL,
    upper       double precision NOT NULL,
    warning     bigint      NOT NULL,
    minor       bigint      NOT NULL,
    major       bigint      NOT NULL,
    critical    bigint      NOT NULL,
    is_learning boolean     NOT NULL,
    actual      bigint      NOT NULL DEFAULT 0,
    score       double precision NOT NULL DEFAULT 0,
    PRIMARY KEY (series_id, bucket)
);

-- One row an episode of one series: the key is what makes an alert come once.
CREATE TABLE episodes (
    series_id   integer     NOT NULL,
    rule_id     uuid        NOT NULL,
    started_at  timestamptz NOT NULL,
    last_bucket timestamptz NOT NULL,
    ended_at    timestamptz,
    alert_id    bigint      NOT NULL,
    peak_bucket timestamptz NOT NULL,
    peak_score  double precision NOT NULL,
    peak_actual double precision NOT NULL,
    peak_typical double precision NOT NULL,
    PRIMARY KEY (series_id, rule_id, started_at)
);
CREATE UNIQUE INDEX episodes_one_open ON episodes (series_id, rule_id) WHERE ended_at IS NULL;
CREATE INDEX episodes_alert ON episodes (alert_id);

CREATE TABLE nodes (
    id            uuid PRIMARY KEY,
    name          text        NOT NULL,
    roles         text        NOT NULL,
    started_at    timestamptz NOT NULL,
    seen_at       timestamptz NOT NULL,
    stopped_at    timestamptz,
    lines_per_s   double precision NOT NULL DEFAULT 0,
    lines_waiting bigint      NOT NULL DEFAULT 0,
    lines_dropped bigint      NOT NULL DEFAULT 0
);
