-- A month of one firewall's buckets is read for each series that is scored again: by (span, at) that was a month of all.
CREATE INDEX counts_by_firewall ON counts (firewall_id, span, at);
