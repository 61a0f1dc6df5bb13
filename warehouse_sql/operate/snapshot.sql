-- name: export
SELECT pg_export_snapshot();

-- name: text_form
SET LOCAL datestyle = 'ISO';
SET LOCAL intervalstyle = 'postgres';
SET LOCAL bytea_output = 'hex';
SET LOCAL extra_float_digits = 1;
SET LOCAL row_security = off;
SET LOCAL idle_in_transaction_session_timeout = 0;

-- name: tables
-- Partitions count, their parents hold nothing; what an extension brought is its own.
SELECT n.nspname, c.relname
FROM pg_class AS c
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY 1, 2;

-- name: checksum
-- The same for the same rows in any order, on any version and machine: md5, unlike PostgreSQL's own hashes.
SELECT count(*), coalesce(sum(('x' || left(md5(baris_utuh::text), 16))::bit(64)::bigint), 0)::text
FROM {table} AS baris_utuh;

-- name: reads_everything
SELECT NOT EXISTS (
    SELECT FROM pg_class AS c
    WHERE c.relkind IN ('r', 'p') AND c.relnamespace::regnamespace::text !~ '^(pg_|information_schema)'
        AND NOT (
            has_schema_privilege(c.relnamespace, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')
            AND NOT row_security_active(c.oid)
        )
);

-- name: migrations
SELECT name, sha256 FROM audit.migration ORDER BY name;

-- name: named
-- Everything that the warehouse says the archive holds.
SELECT sha256 FROM audit.submission UNION SELECT contract_sha256 FROM audit.submission;

-- name: accounts
-- Logins that our roles were lent to, without their passwords.
SELECT r.rolname, r.rolcanlogin, r.rolconnlimit, coalesce(r.rolconfig, '{}'), array_agg(g.rolname::text ORDER BY g.rolname)
FROM pg_roles AS r
JOIN pg_auth_members AS m ON m.member = r.oid
JOIN pg_roles AS g ON g.oid = m.roleid
WHERE NOT r.rolsuper AND r.rolname <> current_user AND r.rolname <> ALL(%(roles)s) AND g.rolname = ANY(%(roles)s)
GROUP BY 1, 2, 3, 4
ORDER BY 1;

-- name: schemas
-- Schemas that hold anything; of an empty database none.
SELECT n.nspname
FROM pg_namespace AS n
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    AND (n.nspname <> 'public' OR EXISTS (SELECT FROM pg_class AS c WHERE c.relnamespace = n.oid))
ORDER BY 1;

-- name: end_orphans
-- The connection of a restore that was killed goes on by itself; whoever holds the lock knows that nobody waits for it.
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND application_name = %(name)s AND pid <> pg_backend_pid();

-- name: orphans
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND application_name = %(name)s AND pid <> pg_backend_pid();
