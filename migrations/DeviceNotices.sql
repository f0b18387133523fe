-- What devices say about themselves: changes of their configuration, and lines that they left out.
CREATE TABLE change_markers (
    at             timestamptz NOT NULL,
    firewall_id    integer     NOT NULL,
    data_source_id integer     NOT NULL,
    who            text        NOT NULL,   -- empty where the device does not say
    what           text        NOT NULL,
    PRIMARY KEY (at, firewall_id, data_source_id, who, what)
);

-- Lines that the device says it left out: the counts of such a slice are "at least".
ALTER TABLE source_slices ADD suppressed bigint NOT NULL DEFAULT 0;
