-- name: releases
-- The latest first, of one dataset or of all.
SELECT
    r.dataset, d.judul, d.skpd, d.nama_skpd, d.nama_urusan, r.kiriman, r.label, r.periode, r.dirilis_pada, r.dirilis_oleh, r.alasan, r.otomatis, r.angka_baru,
    r.angka_berubah, r.angka_dihapus
FROM portal.rilis AS r
JOIN portal.dataset AS d ON d.dataset = r.dataset
WHERE (%(dataset)s::text IS NULL OR r.dataset = %(dataset)s)
ORDER BY r.dirilis_pada DESC, r.kiriman DESC
LIMIT %(limit)s OFFSET %(offset)s;

-- name: calendar
-- What is due: the running period of every dataset, and what is overdue, the most urgent first.
SELECT k.dataset, d.judul, d.skpd, d.nama_skpd, k.periode, k.jatuh_tempo, k.batas_akhir, k.status, k.diterima_pada, k.dirilis_pada
FROM portal.kalender AS k
JOIN portal.dataset AS d ON d.dataset = k.dataset
WHERE k.berikutnya OR (k.status IN ('ditunggu', 'terlambat') AND k.diterima_pada IS NULL AND k.jatuh_tempo > %(today)s - 365)
ORDER BY k.jatuh_tempo, k.dataset, k.periode
LIMIT %(limit)s;
