CREATE UNIQUE INDEX assets_network ON assets (network);

-- What the owner said the two ends are, frozen at intake. Without a default a new column costs no rewrite.
ALTER TABLE flows ADD source_role text, ADD destination_role text;
ALTER TABLE recent_flows ADD source_role text, ADD destination_role text;

CREATE OR REPLACE VIEW all_flows AS
    SELECT slice, data_source_id, firewall_id, source, destination, destination_port, transport, rule, direction,
           source_country, source_as, destination_country, destination_as, site, count, packets, sources,
           first_at, last_at, offsets, excepted_by, source_role, destination_role
    FROM flows
    UNION ALL
    SELECT slice, data_source_id, firewall_id, source, destination, destination_port, transport, rule, direction,
           source_country, source_as, destination_country, destination_as, site, count, packets, sources,
           first_at, last_at, offsets, excepted_by, source_role, destination_role
    FROM recent_flows;
