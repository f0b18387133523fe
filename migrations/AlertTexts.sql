-- Firewalls that have a part in an alert's excess.
CREATE FUNCTION alert_firewalls(evidence jsonb) RETURNS text[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN coalesce((
        SELECT array_agg(top ->> 'value')
        FROM jsonb_path_query(evidence, '$.excess.dimensions[*] ? (@.dimension == "Firewall").top[*]') AS top), '{}');

-- What text filters of alerts look through; any part of it is found by its trigrams.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE FUNCTION alert_text(title text, sentence text, cause text, evidence jsonb) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN title || ' ' || sentence || ' ' || cause || ' '
        || jsonb_path_query_array(evidence, '$.excess.dimensions[*].top[*].value')::text;
