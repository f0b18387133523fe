-- A re-score took it below the line. It is kept: what took it away may itself be taken back.
ALTER TABLE episodes ADD vanished boolean NOT NULL DEFAULT false;
DROP INDEX episodes_one_open;
CREATE UNIQUE INDEX episodes_one_open ON episodes (series_id, rule_id) WHERE ended_at IS NULL AND NOT vanished;
