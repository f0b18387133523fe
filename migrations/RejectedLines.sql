-- Whole lines that were rejected, for reading again once a setting is right; at most 1,000 for each row of rejects.
CREATE TABLE rejected_lines (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    data_source_id integer     NOT NULL,
    reason         text        NOT NULL,
    received_at    timestamptz NOT NULL,
    line           text        NOT NULL
);
CREATE INDEX rejected_lines_source ON rejected_lines (data_source_id, id);
