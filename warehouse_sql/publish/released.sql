-- name: snapshot
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY;

-- name: dataset
SELECT to_jsonb(d) - 'jumlah_rilis' FROM portal.dataset AS d WHERE d.dataset = %(dataset)s;

-- name: indicators
SELECT to_jsonb(i) - 'dataset' FROM portal.indikator AS i WHERE i.dataset = %(dataset)s ORDER BY i.indikator COLLATE "C";

-- name: columns
SELECT a.attname, format_type(a.atttypid, NULL), coalesce(col_description(a.attrelid, a.attnum), '')
FROM pg_attribute AS a
WHERE a.attrelid = %(view)s::regclass AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attnum;

-- name: breakdowns
SELECT DISTINCT k.nama COLLATE "C" AS nama
FROM (SELECT DISTINCT rincian_json FROM {view} WHERE dataset = %(dataset)s) AS r, jsonb_object_keys(r.rincian_json) AS k (nama)
ORDER BY nama;

-- name: extent
SELECT
    count(*),
    coalesce(max(length(trunc(abs(nilai))::text)), 1),
    coalesce(max(scale(trim_scale(nilai))), 0),
    coalesce(array_agg(DISTINCT periode COLLATE "C"), '{{}}')
FROM {view}
WHERE dataset = %(dataset)s;

-- name: rows
COPY (SELECT {columns} FROM {view} WHERE dataset = {dataset} ORDER BY {key}) TO STDOUT (FORMAT csv);
