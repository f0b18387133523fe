-- Before, an acknowledgement was the only deed that a time was kept of.
UPDATE alerts SET touched_at = acknowledged_at WHERE acknowledged_at IS NOT NULL;

-- What may come back into the queue.
CREATE INDEX alerts_snoozed ON alerts (snooze_until) WHERE snooze_until IS NOT NULL;
