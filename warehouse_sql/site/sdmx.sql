-- name: flows
-- Open datasets whose figures are published.
SELECT d.dataset, d.judul, d.deskripsi, d.fakta, d.rilis_terakhir
FROM portal.dataset AS d
WHERE EXISTS (SELECT FROM portal.publikasi AS p WHERE p.dataset = d.dataset)
ORDER BY d.dataset COLLATE "C";

-- name: codes
-- A whole list of codes with the names that hold now; each list is asked for by the column that has its codes.
SELECT kode, nama
FROM (
    SELECT DISTINCT ON (kode) kode, nama FROM portal.wilayah WHERE %(daftar)s = 'wilayah' ORDER BY kode, berlaku_dari DESC NULLS LAST
) AS w
UNION ALL
SELECT indikator, nama FROM portal.indikator WHERE %(daftar)s = 'indikator'
UNION ALL
SELECT satuan, satuan FROM portal.satuan WHERE %(daftar)s = 'satuan'
UNION ALL
SELECT kode, nama FROM portal.skpd WHERE %(daftar)s = 'skpd'
UNION ALL
SELECT kode, nama
FROM (
    SELECT DISTINCT ON (kode) kode, nama FROM portal.kegiatan WHERE %(daftar)s = 'kegiatan' ORDER BY kode, berlaku_dari DESC NULLS LAST
) AS k
UNION ALL
SELECT kode, nama FROM portal.rincian WHERE daftar = 'kode_rekening' AND %(daftar)s = 'rekening'
UNION ALL
SELECT kode, nama FROM portal.tahap WHERE %(daftar)s = 'tahap';

-- name: breakdowns
SELECT DISTINCT unnest(rincian) COLLATE "C" AS rincian FROM portal.katalog ORDER BY rincian;
