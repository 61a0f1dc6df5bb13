-- Σ desa = kecamatan, Σ kecamatan = kabupaten, where the parent and every one of its children have a number.

-- name: parents
-- Regions of which the submission or the facts have something, and something below them, for these indicators: nothing is
-- read where there is none. The order that is asked for is the index's: without it the planner hopes to meet one early
-- and reads everything.
WITH ada AS (
    SELECT wilayah_id, kode, induk FROM dw.dim_wilayah WHERE wilayah_id = ANY(%(wilayah)s::int[])
    UNION
    SELECT w.wilayah_id, w.kode, w.induk
    FROM dw.dim_wilayah AS w
    CROSS JOIN unnest(%(additive)s::int[]) AS i (indikator_id)
    CROSS JOIN LATERAL (
        SELECT FROM {table} AS f
        WHERE f.kode_kabkota = %(kabkota)s AND f.valid_to = 'infinity'
            AND f.indikator_id = i.indikator_id AND f.wilayah_id = w.wilayah_id
        ORDER BY f.kode_kabkota, f.indikator_id, f.wilayah_id, f.periode_id, f.rincian_id
        LIMIT 1
    ) AS f
    WHERE NOT w.wilayah_id = ANY(%(wilayah)s::int[])
)
SELECT wilayah_id FROM ada WHERE kode IN (SELECT induk FROM ada)

-- name: compare
WITH anak AS (
    SELECT
        u.indikator_id, u.periode_id, u.rincian_id, w.induk, sum(u.nilai) AS jumlah, count(DISTINCT w.kode) AS banyak,
        max(scale(u.nilai)) AS desimal
    FROM {usulan} AS u
    JOIN dw.dim_wilayah AS w ON w.wilayah_id = u.wilayah_id
    WHERE u.indikator_id = ANY(%(additive)s::int[])
        AND u.periode_id = ANY(%(periode)s::int[])
        AND w.induk IN (SELECT kode FROM dw.dim_wilayah WHERE wilayah_id = ANY(%(parents)s::int[]))
        AND u.nilai IS NOT NULL
    GROUP BY u.indikator_id, u.periode_id, u.rincian_id, w.induk
)
SELECT
    p.kode, jsonb_strip_nulls(jsonb_build_object('indikator', i.kode, 'wilayah', w.kode, 'rincian', nullif(r.kode, ''))),
    concat_ws(' · ', i.nama, w.nama, nullif(r.kode, '')),
    format('%%s %%s', w.tingkat, w.nama), u.nilai, format('jumlah %%s wilayah di bawahnya', a.banyak), a.jumlah,
    b.toleransi, abs(u.nilai - a.jumlah) <= b.toleransi,
    CASE WHEN abs(u.nilai - a.jumlah) <= b.toleransi THEN ''
        ELSE 'Angka wilayah induk bukan jumlah wilayah di bawahnya. Periksa keduanya pada sumbernya; salah satu belum diperbarui.' END
FROM anak AS a
JOIN dw.dim_periode AS p ON p.periode_id = a.periode_id
JOIN dw.dim_wilayah AS w ON w.kode = a.induk AND w.berlaku_dari <= p.selesai AND p.selesai < w.berlaku_sampai
JOIN {usulan} AS u
    ON u.indikator_id = a.indikator_id AND u.periode_id = a.periode_id AND u.rincian_id = a.rincian_id AND u.wilayah_id = w.wilayah_id
JOIN dw.dim_indikator AS i ON i.indikator_id = a.indikator_id
JOIN dw.dim_rincian AS r ON r.rincian_id = a.rincian_id
CROSS JOIN LATERAL (
    SELECT CASE WHEN greatest(scale(u.nilai), a.desimal) = 0 THEN 0
        ELSE round(0.5 * (10::numeric ^ -scale(u.nilai) + a.banyak * 10::numeric ^ -a.desimal), 6) END
) AS b (toleransi)
WHERE u.nilai IS NOT NULL
    AND u.indikator_id = ANY(%(additive)s::int[])
    AND u.periode_id = ANY(%(periode)s::int[])
    AND u.wilayah_id = ANY(%(parents)s::int[])
    AND a.banyak = (
        SELECT count(DISTINCT c.kode) FROM dw.dim_wilayah AS c
        WHERE c.induk = a.induk AND c.berlaku_dari <= p.selesai AND p.selesai < c.berlaku_sampai
    )
ORDER BY 9, abs(u.nilai - a.jumlah) DESC, length(w.kode), p.kode DESC, i.kode, w.kode, r.kode
