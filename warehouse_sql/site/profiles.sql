-- name: regions
SELECT
    w.kode, w.nama,
    (SELECT count(*) FROM portal.wilayah AS d WHERE d.kode_induk = w.kode AND d.berlaku_sampai IS NULL) AS jumlah_desa
FROM portal.wilayah AS w
WHERE w.kode_induk = %(induk)s AND w.berlaku_sampai IS NULL
ORDER BY w.kode;

-- name: region
SELECT w.kode, w.kode_bps, w.nama, w.tingkat, w.kode_induk, w.berlaku_dari, w.berlaku_sampai, w.sumber, i.nama AS nama_induk
FROM portal.wilayah AS w
LEFT JOIN LATERAL (
    SELECT nama FROM portal.wilayah WHERE kode = w.kode_induk ORDER BY berlaku_sampai IS NULL DESC, berlaku_dari DESC NULLS LAST LIMIT 1
) AS i ON true
WHERE w.kode = %(kode)s
ORDER BY w.berlaku_sampai IS NULL DESC, w.berlaku_dari DESC NULLS LAST
LIMIT 1;

-- name: indicator
SELECT nama FROM portal.indikator WHERE indikator = %(indikator)s;

-- name: below
SELECT kode, nama, tingkat FROM portal.wilayah WHERE kode_induk = %(kode)s AND berlaku_sampai IS NULL ORDER BY nama;

-- name: figures
-- The last period of every open dataset, region by region of a level below `induk`: an indicator's own figure, or the sum of its
-- breakdowns where it may be added up and all of them are told.
SELECT
    i.indikator, i.nama, i.satuan, i.dapat_dijumlah, i.dataset, k.judul, k.urusan, k.nama_urusan, n.wilayah, k.periode_terakhir AS periode,
    k.status_data, n.tersembunyi,
    CASE WHEN n.ada_jumlah THEN n.jumlah WHEN i.dapat_dijumlah AND n.lengkap THEN n.dari_rincian END AS nilai
FROM portal.katalog AS k
JOIN portal.indikator AS i ON i.dataset = k.dataset
CROSS JOIN LATERAL (
    SELECT
        wilayah, bool_or(penanda = '*') IS TRUE AS tersembunyi,
        bool_or(rincian = '') AS ada_jumlah, sum(nilai) FILTER (WHERE rincian = '') AS jumlah,
        count(nilai) = count(*) AS lengkap, sum(nilai) AS dari_rincian
    FROM portal.nilai
    WHERE indikator = i.indikator AND periode = k.periode_terakhir AND tingkat = ANY(%(tingkat)s) AND starts_with(wilayah, %(induk)s || '.')
    GROUP BY wilayah
) AS n
WHERE k.akses = 'terbuka' AND k.fakta = 'indikator' AND k.tingkat && %(tingkat)s
ORDER BY k.urusan, k.judul, i.indikator_id, n.wilayah;

-- name: agencies
SELECT
    s.kode, s.nama_pendek, s.nama, s.singkatan, s.jenis, coalesce(d.dataset, 0) AS dataset, coalesce(d.angka, 0) AS angka,
    d.rilis_terakhir, coalesce(t.jatuh_tempo, 0) AS jatuh_tempo, coalesce(t.tepat_waktu, 0) AS tepat_waktu
FROM portal.skpd AS s
LEFT JOIN (
    SELECT skpd, count(*) AS dataset, sum(jumlah_angka) AS angka, max(rilis_terakhir) AS rilis_terakhir FROM portal.katalog GROUP BY skpd
) AS d ON d.skpd = s.nama_pendek
LEFT JOIN (
    SELECT
        d.skpd, count(*) FILTER (WHERE k.status IN ('tepat waktu', 'terlambat')) AS jatuh_tempo,
        count(*) FILTER (WHERE k.status = 'tepat waktu') AS tepat_waktu
    FROM portal.kalender AS k
    JOIN portal.dataset AS d ON d.dataset = k.dataset
    GROUP BY d.skpd
) AS t ON t.skpd = s.nama_pendek
ORDER BY s.nama;

-- name: agency
SELECT
    s.kode, s.nama_pendek, s.nama, s.singkatan, s.jenis, s.tupoksi, s.situs, s.kode_sipd, s.kode_induk, s.nama_sebelumnya, s.kode_sebelumnya,
    s.berlaku_dari, i.nama AS nama_induk,
    ARRAY(
        SELECT DISTINCT u.nama FROM portal.urusan AS u
        WHERE u.kode = ANY(string_to_array(s.bidang_urusan, ';')) AND u.berlaku_sampai IS NULL
        ORDER BY u.nama
    ) AS urusan
FROM portal.skpd AS s
LEFT JOIN portal.skpd AS i ON i.kode = s.kode_induk
WHERE s.kode = %(kode)s OR s.nama_pendek = %(kode)s
ORDER BY s.nama_pendek = %(kode)s DESC
LIMIT 1;

-- name: published
SELECT dataset, judul, akses, frekuensi, fakta, jumlah_angka, periode_terakhir, rilis_terakhir
FROM portal.katalog
WHERE skpd = %(skpd)s
ORDER BY jumlah_angka = 0, judul;

-- name: quality
SELECT dataset, akurasi_persen, ketepatan_waktu_persen, kelengkapan_persen, metadata_persen, konsistensi_persen
FROM portal.mutu
WHERE dataset = ANY(%(dataset)s);

-- name: schedule
SELECT dataset, periode, jatuh_tempo, batas_akhir, diterima_pada, dirilis_pada, status, berikutnya
FROM portal.kalender
WHERE dataset = ANY(%(dataset)s)
ORDER BY dataset, mulai;

-- name: plans
SELECT tahun, sum(pagu) AS pagu, sum(realisasi) AS realisasi
FROM portal.program
WHERE skpd = %(skpd)s AND tingkat = 'program'
GROUP BY tahun
ORDER BY tahun DESC;
