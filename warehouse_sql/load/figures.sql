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
JOIN {table} AS f ON ({f_taken}) = ({c_taken})
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

-- name: usual_amounts
-- At the periods of the newest release: enough to tell thousands from rupiah, however long the history is.
SELECT i.kode, k.kode, r.kode, (percentile_disc(0.5) WITHIN GROUP (ORDER BY abs(f.nilai)))::float8
FROM dw.fakta_anggaran AS f
JOIN dw.dim_indikator AS i ON i.indikator_id = f.indikator_id
JOIN dw.dim_kegiatan AS k ON k.kegiatan_id = f.kegiatan_id
JOIN dw.dim_rekening AS r ON r.rekening_id = f.rekening_id
WHERE f.kode_kabkota = %(kabkota)s
    AND f.valid_to = 'infinity'
    AND f.indikator_id = ANY(%(indikator)s::int[])
    AND f.nilai <> 0
    AND f.periode_id IN (
        SELECT p.periode_id
        FROM (
            SELECT s.periods
            FROM audit.release AS rel
            JOIN audit.submission AS s ON s.id = rel.submission_id
            WHERE rel.dataset = %(dataset)s
            ORDER BY rel.released_at DESC
            LIMIT 1
        ) AS terbaru
        JOIN dw.dim_periode AS p ON p.kode = ANY(terbaru.periods)
    )
GROUP BY i.kode, k.kode, r.kode;
