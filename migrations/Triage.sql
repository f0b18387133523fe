-- The source with the largest share of an alert's excess, as lists group and find by it.
CREATE FUNCTION alert_top_source(evidence jsonb) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN evidence -> 'excess' -> 'shape' ->> 'topSource';

-- What text filters of alerts look through, found by any part of it.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE FUNCTION alert_text(title text, sentence text, cause text, evidence jsonb) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN title || ' ' || sentence || ' ' || cause || ' '
        || jsonb_path_query_array(evidence, '$.excess.dimensions[*].top[*].value')::text;
CREATE INDEX alerts_text ON alerts USING gin (alert_text(title, sentence, cause, evidence) gin_trgm_ops);

-- Before, an acknowledgement was the only deed that a time was kept of.
UPDATE alerts SET touched_at = acknowledged_at WHERE acknowledged_at IS NOT NULL;

-- The queue, most important first, and what may come back into it.
CREATE INDEX alerts_queue ON alerts (severity_rank DESC, peak_score DESC, id DESC) WHERE status <> 'Closed';
CREATE INDEX alerts_snoozed ON alerts (snooze_until) WHERE snooze_until IS NOT NULL;
