-- Counts of the series that are more than a firewall, by slice, or by bucket where those of slices cannot be added up. A
-- slice without an event has no row.
CREATE TABLE series_counts (
    series_id integer     NOT NULL,
    at        timestamptz NOT NULL,
    count     bigint      NOT NULL,
    PRIMARY KEY (series_id, at)
);

-- Which values of a field a series met in a bucket, and how often: what makes a value rare.
CREATE TABLE series_values (
    series_id integer     NOT NULL,
    at        timestamptz NOT NULL,
    value     text        NOT NULL,
    count     bigint      NOT NULL,
    PRIMARY KEY (series_id, at, value)
);

-- Events of every verdict by the country that they went to: of allowed events nothing else is kept.
CREATE TABLE country_slices (
    slice          timestamptz NOT NULL,
    data_source_id integer     NOT NULL,
    country        text        NOT NULL,
    count          bigint      NOT NULL,
    PRIMARY KEY (slice, data_source_id, country)
);
