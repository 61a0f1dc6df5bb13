-- name: rule
SELECT penyamaran FROM dw.dim_dataset WHERE dataset = %(dataset)s;

-- name: changed_rules
SELECT d.dataset
FROM dw.dim_dataset AS d
JOIN jsonb_to_recordset(%(rows)s) AS baru (dataset text, penyamaran jsonb) ON baru.dataset = d.dataset
WHERE d.penyamaran IS DISTINCT FROM baru.penyamaran OR NOT d.riwayat_disamarkan
ORDER BY d.dataset;

-- name: indicators
SELECT indikator_id, kode, dapat_dijumlah FROM dw.dim_indikator WHERE dataset = %(dataset)s;

-- name: cells
-- Every version, as the public has read and will read it: times in microseconds. One that stands now was hidden when it
-- still is; an earlier one, when it was at any time (dw.angka_indikator).
SELECT
    f.indikator_id, f.wilayah_id, f.periode_id, f.rincian_id, f.nilai,
    (extract(epoch FROM f.valid_from) * 1000000)::bigint AS since,
    CASE WHEN f.valid_to = 'infinity' THEN 9223372036854775807 ELSE (extract(epoch FROM f.valid_to) * 1000000)::bigint END AS until,
    f.valid_from = now() AS fresh,
    EXISTS (
        SELECT FROM dw.penyamaran AS s
        WHERE s.kode_kabkota = f.kode_kabkota AND s.indikator_id = f.indikator_id AND s.wilayah_id = f.wilayah_id
            AND s.periode_id = f.periode_id AND s.rincian_id = f.rincian_id
            AND s.valid_from < f.valid_to AND s.valid_to > f.valid_from
            AND (f.valid_to < 'infinity' OR (s.valid_to = 'infinity' AND f.valid_from < now()))
    ) AS was_hidden
FROM dw.fakta_indikator AS f
WHERE f.kode_kabkota = %(kabkota)s
    AND f.indikator_id = ANY(%(indikator)s::int[])
    AND (%(all_periods)s OR f.periode_id = ANY(%(periods)s::int[]))

-- name: regions
SELECT w.wilayah_id, w.tingkat, i.wilayah_id
FROM dw.dim_wilayah AS w
LEFT JOIN dw.dim_wilayah AS i ON i.kode = w.induk AND i.berlaku_dari <= w.berlaku_dari AND i.berlaku_sampai > w.berlaku_dari
WHERE w.wilayah_id = ANY(%(ids)s);

-- name: details
SELECT rincian_id, rincian FROM dw.dim_rincian WHERE rincian_id = ANY(%(ids)s);

-- name: wanted
CREATE TEMP TABLE wanted ON COMMIT DROP AS
SELECT indikator_id, wilayah_id, periode_id, rincian_id, 0::bigint AS since, 0::bigint AS until, alasan FROM dw.penyamaran
WITH NO DATA;

-- name: show
ANALYZE pg_temp.wanted;
UPDATE dw.penyamaran AS s SET valid_to = now()
WHERE s.kode_kabkota = %(kabkota)s
    AND s.valid_to = 'infinity'
    AND s.indikator_id = ANY(%(indikator)s::int[])
    AND (%(all_periods)s OR s.periode_id = ANY(%(periods)s::int[]))
    AND NOT EXISTS (
        SELECT FROM pg_temp.wanted AS w
        WHERE w.until = 9223372036854775807
            AND (w.indikator_id, w.wilayah_id, w.periode_id, w.rincian_id)
            = (s.indikator_id, s.wilayah_id, s.periode_id, s.rincian_id)
    );

-- name: hide
INSERT INTO dw.penyamaran (kode_kabkota, indikator_id, wilayah_id, periode_id, rincian_id, alasan, submission_id)
SELECT %(kabkota)s, indikator_id, wilayah_id, periode_id, rincian_id, alasan, %(submission_id)s
FROM pg_temp.wanted
WHERE until = 9223372036854775807
ON CONFLICT DO NOTHING;

-- name: hide_earlier
-- Of a version that stands no more the whole time in which it stood.
INSERT INTO dw.penyamaran (
    kode_kabkota, indikator_id, wilayah_id, periode_id, rincian_id, alasan, submission_id, valid_from, valid_to
)
SELECT f.kode_kabkota, f.indikator_id, f.wilayah_id, f.periode_id, f.rincian_id, w.alasan, %(submission_id)s, f.valid_from, f.valid_to
FROM pg_temp.wanted AS w
JOIN dw.fakta_indikator AS f
    ON (f.indikator_id, f.wilayah_id, f.periode_id, f.rincian_id) = (w.indikator_id, w.wilayah_id, w.periode_id, w.rincian_id)
    AND (extract(epoch FROM f.valid_from) * 1000000)::bigint = w.since
WHERE w.until < 9223372036854775807
    AND f.kode_kabkota = %(kabkota)s
    AND f.valid_to < 'infinity'
    AND f.indikator_id = ANY(%(indikator)s::int[])
    AND (%(all_periods)s OR f.periode_id = ANY(%(periods)s::int[]))
    AND NOT EXISTS (
        SELECT FROM dw.penyamaran AS s
        WHERE s.kode_kabkota = f.kode_kabkota AND s.indikator_id = f.indikator_id AND s.wilayah_id = f.wilayah_id
            AND s.periode_id = f.periode_id AND s.rincian_id = f.rincian_id
            AND s.valid_from < f.valid_to AND s.valid_to > f.valid_from
    )
ON CONFLICT (kode_kabkota, indikator_id, wilayah_id, periode_id, rincian_id, valid_to)
DO UPDATE SET valid_from = excluded.valid_from;

-- name: whole
UPDATE dw.dim_dataset SET riwayat_disamarkan = true WHERE dataset = %(dataset)s AND NOT riwayat_disamarkan;

-- name: done
DROP TABLE pg_temp.wanted;
