-- name: analyze_all
ANALYZE;

-- name: worn
-- Tables of which a tenth has changed since the planner last looked, or a fifth is dead rows; and never looked at.
SELECT s.schemaname, s.relname
FROM pg_stat_user_tables AS s
JOIN pg_class AS c ON c.oid = s.relid AND c.relkind = 'r'
WHERE s.schemaname IN ('dw', 'audit', 'staging')
    AND (
        n_mod_since_analyze > 50 + n_live_tup / 10
        OR n_dead_tup > 50 + n_live_tup / 5
        OR (coalesce(last_analyze, last_autoanalyze) IS NULL AND n_live_tup > 0)
    )
ORDER BY 1, 2;

-- name: parents
-- Autovacuum never analyses a partitioned table itself: those of which a partition was looked at since. Not by when its
-- partitions were analysed: analysing the whole does that too, a moment later.
SELECT DISTINCT n.nspname, p.relname
FROM pg_class AS p
JOIN pg_namespace AS n ON n.oid = p.relnamespace AND n.nspname IN ('dw', 'audit', 'staging')
JOIN pg_stat_all_tables AS ps ON ps.relid = p.oid
CROSS JOIN LATERAL pg_partition_tree(p.oid) AS t
JOIN pg_stat_all_tables AS ts ON ts.relid = t.relid AND t.isleaf
WHERE p.relkind = 'p' AND NOT p.relispartition
    AND (greatest(ts.last_vacuum, ts.last_autoanalyze) > ps.last_analyze OR (ps.last_analyze IS NULL AND ts.n_live_tup > 0))
ORDER BY 1, 2;

-- name: vacuum
VACUUM (ANALYZE) {table};

-- name: analyze
ANALYZE {table};

-- name: partition
SELECT dw.siapkan_partisi_riwayat(%(year)s);
