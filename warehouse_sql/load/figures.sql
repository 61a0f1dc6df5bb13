-- name: current
SELECT indikator_id, wilayah_id, periode_id, rincian_id, nilai, penanda, status
FROM dw.fakta_indikator
WHERE kode_kabkota = %(kabkota)s
    AND valid_to = 'infinity'
    AND indikator_id = ANY(%(indikator)s::int[])
    AND (%(all_periods)s OR periode_id = ANY(%(periods)s::int[]))

-- name: closing
CREATE TEMP TABLE closing (indikator_id int, wilayah_id int, periode_id int, rincian_id int) ON COMMIT DROP;

-- name: close
ANALYZE pg_temp.closing;
UPDATE dw.fakta_indikator AS f
SET valid_to = now()
FROM pg_temp.closing AS c
WHERE f.kode_kabkota = %(kabkota)s
    AND f.valid_to = 'infinity'
    AND f.indikator_id = c.indikator_id
    AND f.wilayah_id = c.wilayah_id
    AND f.periode_id = c.periode_id
    AND f.rincian_id = c.rincian_id;

-- name: staged
SELECT indikator_id, wilayah_id, periode_id, rincian_id, nilai, penanda, sheet_no, row_no, col_no
FROM staging.figur
WHERE submission_id = %(submission_id)s

-- name: unstage
DELETE FROM staging.figur WHERE submission_id = ANY(%(submission_ids)s);

-- name: earlier
SELECT indikator_id, wilayah_id, periode_id, rincian_id, nilai
FROM dw.fakta_indikator
WHERE kode_kabkota = %(kabkota)s
    AND valid_to = 'infinity'
    AND nilai IS NOT NULL
    AND indikator_id = ANY(%(indikator)s::int[])
    AND periode_id IN (SELECT periode_id FROM dw.dim_periode WHERE kode = ANY(%(periods)s))
