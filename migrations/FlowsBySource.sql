-- The one index for drill-down: an exception names a source more often than anything else, and its preview then need not
-- read a month of flows. Partitions are made apart and attached, which gives them theirs.
CREATE INDEX flows_by_source ON flows (source);
