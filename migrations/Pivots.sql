-- Addresses of other tools that a value's menu leads to; what has no row is not offered.
CREATE TABLE pivots (
    name    text PRIMARY KEY,
    address text NOT NULL
);
