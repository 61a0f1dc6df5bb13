-- name: series
-- An indicator for the whole regency, period by period: its own figure for the highest region it is given for, or the sum of
-- the kecamatan where it may be added up and all of them are told. The same of breakdowns without a total.
WITH angka AS (
    SELECT n.*, rank() OVER (ORDER BY array_position(ARRAY['kabupaten', 'kecamatan'], n.tingkat)) AS urutan
    FROM portal.nilai AS n
    WHERE n.indikator = %(indikator)s AND n.tingkat IN ('kabupaten', 'kecamatan')
), per_periode AS (
    SELECT
        periode, min(tingkat) AS tingkat, min(satuan) AS satuan, min(status_data) AS status_data, max(dirilis_pada) AS dirilis_pada,
        bool_or(rincian = '') AS ada_jumlah,
        CASE WHEN count(nilai) FILTER (WHERE rincian = '') = count(*) FILTER (WHERE rincian = '')
            THEN sum(nilai) FILTER (WHERE rincian = '') END AS jumlah,
        CASE WHEN count(nilai) = count(*) THEN sum(nilai) END AS dari_rincian,
        count(DISTINCT wilayah) AS banyaknya_wilayah
    FROM angka
    WHERE urutan = 1
    GROUP BY periode
)
SELECT
    p.periode, p.tingkat, p.satuan, p.status_data, p.dirilis_pada, i.nama, i.dataset, i.arah,
    CASE
        WHEN p.banyaknya_wilayah > 1 AND NOT i.dapat_dijumlah THEN NULL
        WHEN p.ada_jumlah THEN p.jumlah
        WHEN i.dapat_dijumlah THEN p.dari_rincian
    END AS nilai
FROM per_periode AS p
JOIN portal.indikator AS i ON i.indikator = %(indikator)s
ORDER BY p.periode;

-- name: by_region
-- The latest period of an indicator by kecamatan, as `series` adds up.
WITH angka AS (
    SELECT * FROM portal.nilai WHERE indikator = %(indikator)s AND tingkat = 'kecamatan'
), terakhir AS (
    SELECT max(periode) AS periode FROM angka
)
SELECT
    a.wilayah, min(a.nama_wilayah) AS nama, min(a.periode) AS periode, min(a.satuan) AS satuan,
    CASE
        WHEN bool_or(a.rincian = '') THEN sum(a.nilai) FILTER (WHERE a.rincian = '')
        WHEN bool_and(i.dapat_dijumlah) AND count(a.nilai) = count(*) THEN sum(a.nilai)
    END AS nilai
FROM angka AS a
JOIN terakhir AS t ON t.periode = a.periode
JOIN portal.indikator AS i ON i.indikator = %(indikator)s
GROUP BY a.wilayah
ORDER BY a.wilayah;

-- name: outlines
SELECT kode, nama, batas
FROM portal.wilayah
WHERE tingkat = 'kecamatan' AND berlaku_sampai IS NULL AND batas IS NOT NULL AND kode_induk = %(kabkota)s
ORDER BY kode;

-- name: totals
SELECT count(*) FILTER (WHERE akses = 'terbuka' AND jumlah_angka > 0) AS dataset, sum(jumlah_angka) AS angka, count(DISTINCT skpd) AS skpd
FROM portal.katalog;
