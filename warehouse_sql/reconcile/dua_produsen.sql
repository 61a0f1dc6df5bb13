-- The same indicator from two producers, region by region and period by period. The same: a contract says so
-- (sama_dengan), or another producer has one of the same name and unit.

-- name: pairs
WITH milik AS (
    SELECT i.*, d.skpd FROM dw.dim_indikator AS i JOIN dw.dim_dataset AS d ON d.dataset = i.dataset
    WHERE i.indikator_id = ANY(%(indikator)s::int[]) AND i.besaran IS NULL
)
SELECT m.indikator_id, l.indikator_id
FROM milik AS m
JOIN dw.dim_indikator AS l ON m.metadata -> 'sama_dengan' ? l.kode
WHERE l.dataset <> m.dataset
UNION
SELECT m.indikator_id, l.indikator_id
FROM milik AS m
JOIN dw.dim_indikator AS l ON l.metadata -> 'sama_dengan' ? m.kode
WHERE l.dataset <> m.dataset
UNION
SELECT m.indikator_id, l.indikator_id
FROM milik AS m
JOIN dw.dim_indikator AS l
    ON regexp_replace(lower(l.nama), '[^[:alnum:]]+', ' ', 'g') = regexp_replace(lower(m.nama), '[^[:alnum:]]+', ' ', 'g')
    AND l.satuan = m.satuan
JOIN dw.dim_dataset AS d ON d.dataset = l.dataset AND d.skpd <> m.skpd
WHERE l.besaran IS NULL

-- name: compare
SELECT
    p.kode,
    jsonb_strip_nulls(jsonb_build_object(
        'indikator', i.kode, 'indikator_kanan', l.kode, 'dataset_kanan', l.dataset, 'wilayah', w.kode, 'rincian', nullif(r.kode, ''))),
    concat_ws(' · ', i.nama, w.nama, nullif(r.kode, '')),
    gi.nama, a.nilai, gl.nama, b.nilai, t.toleransi, abs(a.nilai - b.nilai) <= t.toleransi,
    CASE WHEN abs(a.nilai - b.nilai) <= t.toleransi THEN ''
        ELSE format('Dua produsen menyatakan angka yang berbeda (%%s dan %%s). Sepakati satu pemilik data, atau bedakan definisinya.', i.dataset, l.dataset) END
FROM unnest(%(left)s::int[], %(right)s::int[]) AS k (kiri, kanan)
JOIN dw.dim_indikator AS i ON i.indikator_id = k.kiri
JOIN dw.dim_indikator AS l ON l.indikator_id = k.kanan
JOIN dw.dim_dataset AS di ON di.dataset = i.dataset
JOIN dw.dim_dataset AS dl ON dl.dataset = l.dataset
JOIN dw.skpd_register AS gi ON gi.skpd = di.skpd
JOIN dw.skpd_register AS gl ON gl.skpd = dl.skpd
JOIN {usulan} AS a ON a.indikator_id = k.kiri AND a.indikator_id = ANY(%(left)s::int[]) AND a.periode_id = ANY(%(periode)s::int[])
JOIN {usulan} AS b
    ON b.indikator_id = k.kanan AND (b.wilayah_id, b.periode_id, b.rincian_id) = (a.wilayah_id, a.periode_id, a.rincian_id)
JOIN dw.dim_wilayah AS w ON w.wilayah_id = a.wilayah_id
JOIN dw.dim_periode AS p ON p.periode_id = a.periode_id
JOIN dw.dim_rincian AS r ON r.rincian_id = a.rincian_id
CROSS JOIN LATERAL (
    SELECT CASE WHEN least(scale(a.nilai), scale(b.nilai)) = 0 THEN 0
        ELSE round(0.5 * 10::numeric ^ -least(scale(a.nilai), scale(b.nilai)), 6) END
) AS t (toleransi)
WHERE a.nilai IS NOT NULL AND b.nilai IS NOT NULL
    AND b.indikator_id = ANY(%(right)s::int[]) AND b.periode_id = ANY(%(periode)s::int[])
ORDER BY 9, abs(a.nilai - b.nilai) DESC, length(w.kode), p.kode DESC, i.kode, w.kode, r.kode
