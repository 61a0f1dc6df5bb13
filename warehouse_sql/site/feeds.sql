-- name: releases
-- The latest releases, of one dataset or of all.
SELECT
    r.dataset, d.judul, d.nama_skpd, d.nama_urusan, r.kiriman, r.label, r.dirilis_pada, r.dirilis_oleh, r.alasan, r.otomatis, r.angka_baru,
    r.angka_berubah, r.angka_dihapus
FROM portal.rilis AS r
JOIN portal.dataset AS d ON d.dataset = r.dataset
WHERE (%(dataset)s::text IS NULL OR r.dataset = %(dataset)s)
ORDER BY r.dirilis_pada DESC, r.kiriman DESC
LIMIT %(limit)s;

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
