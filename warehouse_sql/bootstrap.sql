CREATE SCHEMA IF NOT EXISTS audit;

CREATE TABLE IF NOT EXISTS audit.migration (
    name text COLLATE "C" PRIMARY KEY,
    sha256 text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now(),
    applied_by text NOT NULL DEFAULT session_user
);

COMMENT ON TABLE audit.migration IS
    'Every file of warehouse_sql/ that made this warehouse, with its content as it was then. A migration never changes '
    'after it was applied; the row `portal` is the hash of all portal views together.';
