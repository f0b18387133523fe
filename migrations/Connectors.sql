-- One row: the name of this installation in what it tells others, so that two of them never share a key.
CREATE TABLE installation (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row)
);
INSERT INTO installation DEFAULT VALUES;

-- Alerts from before there were connectors are no news; what becomes of them is nobody's who never heard of them.
UPDATE alerts SET told_closed = status = 'Closed', told_rank = severity_rank, told_actual = actual
WHERE NOT is_found_late AND storm_id IS NULL;
