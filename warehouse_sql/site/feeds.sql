-- name: dataset
SELECT dataset, judul, deskripsi FROM portal.dataset WHERE dataset = %(dataset)s;

-- name: pages
-- Everything that has a page of its own, with when it last changed, as far as that is known.
WITH rilis AS (
    SELECT max(rilis_terakhir) AS semua, max(rilis_terakhir) FILTER (WHERE fakta <> 'indikator') AS anggaran FROM portal.dataset
)
SELECT 'dataset' AS jenis, d.dataset AS kode, '' AS anak, d.rilis_terakhir AS berubah FROM portal.dataset AS d
UNION ALL
SELECT 'wilayah', w.kode, '', rilis.semua
FROM portal.wilayah AS w
CROSS JOIN rilis
WHERE w.berlaku_sampai IS NULL AND starts_with(w.kode, %(kabkota)s || '.')
UNION ALL
SELECT 'skpd', coalesce(s.nama_pendek, s.kode), '', (SELECT max(rilis_terakhir) FROM portal.dataset WHERE skpd = s.nama_pendek)
FROM portal.skpd AS s
UNION ALL
SELECT CASE WHEN p.kode = '' THEN 'rencana_skpd' ELSE 'rencana_simpul' END, coalesce(s.nama_pendek, p.skpd), p.kode, rilis.anggaran
FROM (SELECT DISTINCT skpd, k.kode FROM portal.program, LATERAL (VALUES (kode), ('')) AS k (kode)) AS p
LEFT JOIN portal.skpd AS s ON s.kode = p.skpd
CROSS JOIN rilis
UNION ALL
SELECT 'semua', '', '', rilis.semua FROM rilis
ORDER BY jenis, kode, anak;
