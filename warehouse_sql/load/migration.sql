-- name: lock
SELECT pg_advisory_lock(7640800001);

-- name: unlock
SELECT pg_advisory_unlock(7640800001);

-- name: applied
SELECT name, sha256 FROM audit.migration;

-- name: record
INSERT INTO audit.migration (name, sha256) VALUES (%(name)s, %(sha256)s)
ON CONFLICT (name) DO UPDATE SET sha256 = excluded.sha256, applied_at = now();

-- name: as_owner
SET LOCAL ROLE satudata_owner;

-- name: wait_briefly
SET LOCAL lock_timeout = '2s';

-- name: role_exists
SELECT FROM pg_roles WHERE rolname = %(name)s;

-- name: agency_exists
SELECT FROM dw.skpd_register WHERE skpd = %(skpd)s;

-- name: one_snapshot
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY;

-- name: drop_views
CALL audit.drop_views();

-- name: refuse_left_over
DO $$
BEGIN
    IF EXISTS (
        SELECT FROM pg_class AS c
        JOIN pg_rewrite AS r ON r.ev_class = c.oid
        WHERE c.relkind = 'v'
            AND c.relnamespace IN ('dw'::regnamespace, 'portal'::regnamespace, 'produsen'::regnamespace)
            AND r.xmin <> pg_current_xact_id()::xid
        UNION ALL
        SELECT FROM pg_proc
        WHERE pronamespace = 'portal'::regnamespace AND xmin <> pg_current_xact_id()::xid
    ) THEN
        RAISE invalid_table_definition USING MESSAGE = 'a view is no longer made';
    END IF;
END
$$;
