-- name: known
SELECT path, size, mtime_ns, dataset FROM audit.stray_file WHERE skpd = %(skpd)s;

-- name: of_dataset
SELECT path FROM audit.stray_file WHERE dataset = %(dataset)s;

-- name: keep
WITH kini AS (
    SELECT * FROM jsonb_to_recordset(%(files)s::jsonb) AS f (path text, size bigint, mtime_ns bigint, dataset text)
),
hilang AS (
    DELETE FROM audit.stray_file WHERE skpd = %(skpd)s AND path NOT IN (SELECT path FROM kini)
)
INSERT INTO audit.stray_file AS lama (skpd, path, size, mtime_ns, dataset)
SELECT %(skpd)s, path, size, mtime_ns, dataset FROM kini
ON CONFLICT (skpd, path) DO UPDATE SET
    size = excluded.size, mtime_ns = excluded.mtime_ns, dataset = excluded.dataset, seen_at = now()
WHERE (lama.size, lama.mtime_ns, lama.dataset) IS DISTINCT FROM (excluded.size, excluded.mtime_ns, excluded.dataset);
