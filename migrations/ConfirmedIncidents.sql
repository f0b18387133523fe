-- Alerts that were confirmed as true positives: whose flows, when and where. confirmed_excess is made from them.
CREATE TABLE confirmed_incidents (
    alert_id      bigint      PRIMARY KEY,
    starts        timestamptz NOT NULL,
    ends          timestamptz NOT NULL,
    span          interval    NOT NULL,
    firewalls     integer[],              -- NULL: all
    dimension     text        NOT NULL,
    vals          text[]      NOT NULL,
    stale_because text                    -- NULL: the excess is up to date
);
