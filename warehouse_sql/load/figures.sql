-- name: current
SELECT {ids}, nilai, penanda, status
FROM {table}
WHERE kode_kabkota = %(kabkota)s
    AND valid_to = 'infinity'
    AND indikator_id = ANY(%(indikator)s::int[])
    AND (%(all_periods)s OR periode_id = ANY(%(periods)s::int[]))

-- name: closing
CREATE TEMP TABLE closing ON COMMIT DROP AS SELECT {ids} FROM {table} WITH NO DATA;

-- name: close
ANALYZE pg_temp.closing;
UPDATE {table} AS f
SET valid_to = now()
FROM pg_temp.closing AS c
WHERE f.kode_kabkota = %(kabkota)s
    AND f.valid_to = 'infinity'
    AND ({f_ids}) = ({c_ids});

-- name: staged
SELECT {ids}, nilai, penanda, sheet_no, row_no, col_no
FROM {staging}
WHERE submission_id = %(submission_id)s

-- name: unstage
DELETE FROM {staging} WHERE submission_id = ANY(%(submission_ids)s);

-- name: released_by_newer
SELECT FROM {staging} AS c
JOIN {table} AS f ON ({f_ids}) = ({c_ids})
WHERE c.submission_id = %(id)s AND f.valid_to = 'infinity' AND f.submission_id = ANY(%(newer)s) AND f.kode_kabkota = %(kabkota)s
LIMIT 1

-- name: earlier
SELECT indikator_id, wilayah_id, periode_id, rincian_id, nilai
FROM dw.fakta_indikator
WHERE kode_kabkota = %(kabkota)s
    AND valid_to = 'infinity'
    AND nilai IS NOT NULL
    AND indikator_id = ANY(%(indikator)s::int[])
    AND periode_id IN (SELECT periode_id FROM dw.dim_periode WHERE kode = ANY(%(periods)s))
