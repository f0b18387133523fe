-- Traffic that an exception takes away stays in its flows, marked, and out of the counts.
CREATE SEQUENCE exception_changes;

ALTER TABLE flows ADD excepted_by integer;
ALTER TABLE recent_flows ADD excepted_by integer;

DROP VIEW all_flows;
CREATE VIEW all_flows AS
    SELECT slice, data_source_id, firewall_id, source, destination, destination_port, transport, rule, direction,
           source_country, source_as, destination_country, destination_as, site, count, packets, sources,
           first_at, last_at, offsets, excepted_by
    FROM flows
    UNION ALL
    SELECT slice, data_source_id, firewall_id, source, destination, destination_port, transport, rule, direction,
           source_country, source_as, destination_country, destination_as, site, count, packets, sources,
           first_at, last_at, offsets, excepted_by
    FROM recent_flows;

-- Denied attempts that exceptions took away, beside those that count.
ALTER TABLE counts ADD excepted bigint NOT NULL DEFAULT 0;

-- By which exceptions the batch was marked, and why else the slice is dirty: null for new events.
ALTER TABLE dirty_slices ADD exceptions_version bigint NOT NULL DEFAULT 0;
ALTER TABLE dirty_slices ADD reason text;

ALTER TABLE record_revisions ADD reason text NOT NULL DEFAULT '';

-- The excess of confirmed incidents by slice and firewall: counted, and not taught.
CREATE TABLE confirmed_excess (
    slice       timestamptz NOT NULL,
    firewall_id integer     NOT NULL,
    alert_id    bigint      NOT NULL,
    excess      double precision NOT NULL,
    PRIMARY KEY (slice, firewall_id, alert_id)
);
CREATE INDEX confirmed_excess_alert ON confirmed_excess (alert_id);
