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

-- name: one_snapshot
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY;
